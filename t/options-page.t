#!/bin/sh
# The page of the options is that of the tables, and none of their rows is missing.
: "${srcdir:=.}" "${builddir:=.}" "${AWK:=awk}"
. "$srcdir/t/tap/tap.sh"

page=$builddir/doc/winsock-compat-options.7
table=$srcdir/winsock-compat/options.in
wine=$srcdir/t/options.wine

make_page() {
	$AWK -f "$srcdir/build-aux/gen-options.awk" -v make=page "$srcdir/include/constants.in" "$@"
}

make_page "$table" "$wine" >"$scratch/page" || bail "no page can be made"
diff "$page" "$scratch/page" >"$scratch/output" 2>&1
check "the page is not stale" [ ! -s "$scratch/output" ]
rm -f "$scratch/output"

rows=$($AWK '/^\[/ { inside = $1 != "[lengths]"; next } inside && /^[A-Z]/' "$table" | wc -l)
check "it has $rows options, as many as the table" [ "$(grep -c '^\.It Dv' "$page")" -eq "$rows" ]
check "...and says so" grep -qx "by level: $rows of them\." "$page"
check "every option says where it is known from" [ "$($AWK '
	/^\.It Dv/ { rows += sourced; sourced = 0 }
	/^Source: ./ { sourced = 1 }
	/^\.Sh LENGTHS/ { rows += sourced; sourced = 0 }
	END { print rows }' "$page")" -eq "$rows" ]

# One with a difference, then without it.
$AWK '!/^#/ && $1 != "any" && $3 != "no-socket" { print $1, $2 }' "$wine" | sort -u >"$scratch/different"
$AWK '/^\.Sh / { level = $2 } /^\.It Dv / { name = $3 } /^Wine 8/ { print level, name }' "$page" |
	sort -u >"$scratch/told"
check "t/options.wine has differences" [ -s "$scratch/different" ]
diff "$scratch/different" "$scratch/told" >"$scratch/output"
check "...all of which the page tells" [ ! -s "$scratch/output" ]
rm -f "$scratch/output"

# The readers are strict: what is wrong with a table is said with its line.
refuses() {
	check_words=$1
	shift
	if make_page "$@" >/dev/null 2>"$scratch/output"; then
		echo "it was taken" >"$scratch/output"
		return 1
	fi
	grep -q "$check_words" "$scratch/output"
}

# wrong DESCRIPTION COLUMN TEXT: the table with another word in that column of SO_DEBUG.
wrong() {
	$AWK -v column="$2" -v text="$3" '$1 == "SO_DEBUG" { $column = text; print; next } { print }' "$table" >"$scratch/wrong.in"
	line=$(grep -n '^SO_DEBUG' "$scratch/wrong.in" | cut -d: -f1)
	check "$1" refuses "wrong.in:$line: " "$scratch/wrong.in" "$wine"
}

wrong "a name that is no constant is an error" 1 SO_DEBUGGER
wrong "a length that is none" 2 socket_trust
wrong "a kind of socket" 3 tpc
wrong "an error of a handler" 4 int/tcp:WSAENOTHING
wrong "a first value" 5 "tcp:one"
wrong "a value that can be set" 5 "0>one"
wrong "a value that cannot" 5 "0>1!2"
wrong "a version of Windows" 6 95
wrong "an outcome" 7 worked
wrong "an option of the kernel's" 8 SO_DEBUG
wrong "a trait" 9 inherits
wrong "a need" 9 needs:peer

echo "SOL_SOCKET SO_DEBUGGER tcp get: 0" >"$scratch/wrong.wine"
check "an option of Wine's list that is not in the table" refuses "wrong.wine:1: " "$table" "$scratch/wrong.wine"
finish
