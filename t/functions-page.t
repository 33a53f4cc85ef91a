#!/bin/sh
# The page of the functions is that of the table, every function that is there has a test, and the table's reader is strict.
: "${srcdir:=.}" "${builddir:=.}" "${AWK:=awk}"
. "$srcdir/t/tap/tap.sh"

LC_ALL=C
export LC_ALL
page=$builddir/doc/winsock-compat-functions.7
table=$srcdir/winsock-compat/functions.in
api=$srcdir/winsock-compat/api.in
wine=$srcdir/t/functions.wine

make_page() {
	$AWK -f "$srcdir/build-aux/gen-functions.awk" -v make=page "$@"
}

# In the makefile's order, which is that of the lists.
make_page "$api" "$table" "$srcdir"/include/*.h "$wine" "$srcdir"/t/*.c >"$scratch/page" || bail "no page can be made"
diff "$page" "$scratch/page" >"$scratch/output" 2>&1
check "the page is not stale" [ ! -s "$scratch/output" ]
rm -f "$scratch/output"

rows=$($AWK '/^\[/ { inside = $1 == "[functions]"; next } inside && NF && !/^#/' "$table" | wc -l)
check "it has $rows functions, as many as the table" [ "$(grep -c '^\.It Fn' "$page")" -eq "$rows" ]
check "...and says so" grep -q "^Every function of Winsock: $rows of them" "$page"
check "each says where it is known from" [ "$(grep -c '^Source: ' "$page")" -eq "$rows" ]
there=$($AWK '!/^#/ && $6 ~ /^(works|refused)$/' "$table" | wc -l)
check "$there are there" grep -qx "\.It there Ta $there" "$page"
check "...each of which says which tests call it" [ "$(grep -c '^Tests: ' "$page")" -eq "$there" ]
$AWK '/^\.It Fn / { name = $3 } /^Tests: none/ { print name " has no test" }' "$page" >"$scratch/output"
check "...and that is at least one" [ ! -s "$scratch/output" ]
rm -f "$scratch/output"
lacking=$(grep -vc '^#' "$wine")
check "what Wine lacks, it says: $lacking" [ "$(grep -c '^Wine 8: it is not there\.' "$page")" -eq "$lacking" ]

refuses() {
	check_words=$1
	shift
	if make_page "$@" >/dev/null 2>"$scratch/output"; then
		echo "it was taken" >"$scratch/output"
		return 1
	fi
	grep -q "$check_words" "$scratch/output"
}

# wrong DESCRIPTION COLUMN TEXT [FUNCTION]: the table with another word in that column
wrong() {
	function=${4:-WSAIoctl}
	$AWK -v column="$2" -v text="$3" -v name="$function" \
		'$1 == name && $2 == "ws2_32" { $column = text; print; next } { print }' "$table" >"$scratch/functions.in"
	number=$(grep -n "^$function  *ws2_32\\|^$function ws2" "$scratch/functions.in" | cut -d: -f1 | head -n 1)
	check "$1" refuses "functions.in:${number:-[0-9]*}: " "$api" "$scratch/functions.in" "$srcdir"/include/*.h
}

wrong "a name that is none is an error" 1 WSA-Ioctl
wrong "a library" 2 ws2_16
wrong "a version of Winsock" 3 3.0
wrong "a version of Windows" 4 95
wrong "a use" 5 rare
wrong "a state" 6 worked
wrong "a part of the library" 6 later:never
wrong "a reason" 6 none:lazy
wrong "a source" 7 hearsay
wrong "a function that is there, and the table says it is not" 6 later:overlapped
wrong "a function that is not there, and the table says it is" 6 works WahCloseThread
$AWK '$1 != "WSAIoctl"' "$table" >"$scratch/functions.in"
check "a function that the table lacks" refuses "WSAIoctl" "$api" "$scratch/functions.in" "$srcdir"/include/*.h
echo "ws2_32 WSANothing it is not there" >"$scratch/functions.wine"
check "a function of Wine's list that is not in the table" refuses "functions.wine:1: " "$api" "$table" "$scratch/functions.wine"
finish
