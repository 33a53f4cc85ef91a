#!/bin/sh
# The manual agrees with the lists, the tables and the headers, and its pages are well made.
: "${srcdir:=.}" "${builddir:=.}" "${AWK:=awk}" "${CC:=cc}"
. "$srcdir/t/tap/tap.sh"

doc=$srcdir/doc
made=$builddir/doc
library=$srcdir/winsock-compat
calls=$(echo "$doc"/*.3ws)
pages="$calls $(grep -L '^\.so ' "$doc"/*.[157]) $made/winsock-compat-errors.7 $made/winsock-compat-functions.7 \
	$made/winsock-compat-ioctls.7 $made/winsock-compat-options.7"

# Whether two lists are the same; what is only in one is shown.
same() {
	diff "$1" "$2" >"$scratch/difference" && return
	sed -n -e 's/^</missing: /p' -e 's/^>/unexpected: /p' "$scratch/difference" >"$scratch/output"
	return 1
}

# Shows what a list of complaints has; passes if that is nothing.
none() {
	cp "$1" "$scratch/output"
	test ! -s "$1"
}

# A page's calls, by the macro that names them: .Nm above the SYNOPSIS, .Fn or .Fo in it.
calls_of() {
	$AWK -v macros="$1" '
		FNR == 1 { page = FILENAME; sub(/.*\//, "", page); section = "" }
		$1 == ".Sh" { section = $2 }
		section == (macros ~ /Nm/ ? "NAME" : "SYNOPSIS") && $1 ~ ("^\\.(" macros ")$") { print $2, page }
	' $calls | LC_ALL=C sort
}

$AWK '!/^#/ && NF { print $1 }' "$library/api.in" | LC_ALL=C sort >"$scratch/api"
calls_of 'Fn|Fo' >"$scratch/synopsis"
calls_of Nm >"$scratch/name"
cut -d' ' -f1 "$scratch/synopsis" >"$scratch/documented"
check "api.in lists functions" [ -s "$scratch/api" ]
check "...each of which has one page with its synopsis, and no other function has" \
	same "$scratch/api" "$scratch/documented"
check "...and that page has its name" same "$scratch/synopsis" "$scratch/name"

for page in $calls; do
	name=$(basename "$page" .3ws)
	grep -qx "$name $name.3ws" "$scratch/name" || echo "$page has the name of no call of its own"
done >"$scratch/misnamed"
check "each page is called like one of its functions" none "$scratch/misnamed"

# A synopsis in C. The parentheses keep macros away.
synopsis() {
	$AWK '
		function words(from,    i, text) {
			for (i = from; i <= NF; i++)
				text = text (i > from ? " " : "") $i
			return text
		}
		function parameters(text) { # "int a" "int b": the odd ones are between the quotes
			gsub(/" "/, ", ", text)
			gsub(/"/, "", text)
			return text
		}
		$1 == ".Sh" { inside = $2 == "SYNOPSIS" }
		!inside { next }
		$1 == ".In" { print "#include <" $2 ">" }
		$1 == ".Ft" { type = parameters(words(2)) }
		$1 == ".Fn" { print type " (" $2 ")(" parameters(words(3)) ");" }
		$1 == ".Fo" { name = $2; list = "" }
		$1 == ".Fa" { list = list (list ? ", " : "") parameters(words(2)) }
		$1 == ".Fc" { print type " (" name ")(" list ");" }
	' "$1"
}

for page in $calls; do
	synopsis "$page" >"$scratch/synopsis.c"
	grep -q ');$' "$scratch/synopsis.c" || echo "$page: no prototype"
	$CC -isystem "$builddir/include" -isystem "$srcdir/include" -DWSC_OVERLAY -D_WIN32 \
		-fsyntax-only "$scratch/synopsis.c" 2>"$scratch/errors" || { echo "$page:"; cat "$scratch/errors"; }
done >"$scratch/wrong"
check "the prototypes are those of the headers" none "$scratch/wrong"

# Every error is one: those that .Er marks, and what looks like one without it.
$AWK 'NF > 1 { print $1 }' "$srcdir/include/constants.in" | sort -u >"$scratch/constants"
$AWK '$1 == ".Dt" { next }
{
	marked = $1 == ".Er" || / Er /
	for (i = 1; i <= NF; i++)
		if ($i ~ /^WSAE[A-Z]+$/ || (marked && $i ~ /^WSA/))
			print $i
}' $pages | sort -u >"$scratch/errors"
comm -23 "$scratch/errors" "$scratch/constants" >"$scratch/unknown"
check "pages name errors" [ -s "$scratch/errors" ]
check "...all of which are in constants.in" none "$scratch/unknown"

grep -ho '^\.Xr [A-Za-z_]* 3ws' $pages | cut -d' ' -f2 | LC_ALL=C sort -u |
	LC_ALL=C comm -23 - "$scratch/api" >"$scratch/dangling"
check "references to calls lead to a call" none "$scratch/dangling"

# The pages made from tables, and the table of ioctls.
$AWK '/^\[/ { level = substr($1, 2, length($1) - 2); next }
	/^[A-Z]/ { print level, $1 }' "$library/options.in" | sort >"$scratch/rows"
$AWK '/^\.Sh / { level = $2 } /^\.It Dv / { print level, $3 }' "$made/winsock-compat-options.7" | sort >"$scratch/options"
check "options.in has options" [ -s "$scratch/rows" ]
check "...and winsock-compat-options(7) the same" same "$scratch/rows" "$scratch/options"

# What a code says, the errno that it is, and each NTSTATUS.
$AWK '
	function rest(column,    i, text) {
		for (i = column; i <= NF; i++)
			text = text " " $i
		return text
	}
	/^\[/ { section = $1 }
	/^#/ || /^\[/ || /^$/ { next }
	section == "[errors]" || section == "[system]" { print $1 ":" rest(3) }
	section == "[errno]" { print $2, $1 }
	section == "[status]" { print $1, $2, $3, $4 }
' "$library/errors.in" | sort >"$scratch/rows"
$AWK '
	$1 == ".Sh" { section = $2 }
	section == "CODES" && $1 == ".It" { name = $3; getline; getline; print name ": " $0 }
	section == "CODES" && $0 == "Errno:" { getline; print name, $2 }
	section == "NTSTATUS" && $1 == ".It" {
		name = $3
		getline; number = $1; getline; error = $2; getline
		sub(/\.$/, "", number)
		print name, number, error, $2
	}
' "$made/winsock-compat-errors.7" | sort >"$scratch/table"
check "errors.in has errors" [ -s "$scratch/rows" ]
check "...and winsock-compat-errors(7) the same" same "$scratch/rows" "$scratch/table"
$AWK -f "$srcdir/build-aux/gen-errors.awk" -v make=page "$srcdir/include/constants.in" "$library/errors.in" >"$scratch/page"
check "...of which it is made, as it is now" cmp "$scratch/page" "$made/winsock-compat-errors.7"

$AWK '/^[A-Z]/ { print $1 }' "$library/ioctls.in" | sort >"$scratch/rows"
$AWK '/^(\.It )?\.?Dv / { print $NF == "." || $NF == "," ? $(NF - 1) : $NF }
	/^\.It Dv / { print $3 }' "$made/winsock-compat-ioctls.7" | grep -E '^(SIO|FIO)[A-Z_]' | sort -u >"$scratch/codes"
check "ioctls.in has codes" [ -s "$scratch/rows" ]
check "...and winsock-compat-ioctls(7) the same" same "$scratch/rows" "$scratch/codes"

if command -v mandoc >/dev/null; then
	# (It knows no section that is not the system's own.)
	mandoc -Tlint -W warning $pages 2>&1 | grep -v 'WARNING: unknown manual section: Dt ... 3ws$' >"$scratch/lint"
	check "mandoc has nothing to complain of" none "$scratch/lint"
else
	skip "no mandoc" "mandoc has nothing to complain of"
fi
finish
