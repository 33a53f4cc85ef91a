#!/bin/sh
# The library gives what winsock-compat/api.in lists and nothing else.
: "${srcdir:=.}" "${builddir:=.}" "${AWK:=awk}"
. "$srcdir/t/tap/tap.sh"

api=$srcdir/winsock-compat/api.in
shared=$builddir/.libs/libwinsock-compat.so
static=$builddir/.libs/libwinsock-compat.a

# Whether two lists are the same; what is only in one is shown.
same() {
	diff "$1" "$2" >"$scratch/difference" && return
	sed -n -e 's/^</# missing:/p' -e 's/^>/# unexpected:/p' "$scratch/difference"
	return 1
}

# globals FILE OPTIONS: its global symbols, without the names of versions
globals() {
	nm --defined-only --extern-only "$@" | $AWK 'NF == 3 && $2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u
}

$AWK '!/^#/ && NF && $4 != "pointer" {
	print "wsc_" $1
	if ($4 ~ /,wide$/)
		print "wsc_" $1 "_utf32"
	if ($4 ~ /^alias/)
		print $1
}' "$api" | sort >"$scratch/listed"
$AWK '!/^#/ && NF && $4 ~ /^hidden/ { print $1 }' "$api" | sort >"$scratch/hidden"

check "api.in lists functions" [ -s "$scratch/listed" ]
check "...each once" [ -z "$(uniq -d "$scratch/listed")" ]
check "...in alphabetical order" \
	sh -c "$AWK '!/^#/ && NF { n = tolower(\$1); sub(/^_+/, \"\", n); print n }' '$api' | LC_ALL=C sort -c"

if [ -e "$shared" ]; then
	globals -D "$shared" >"$scratch/exported"
	check "the shared library exports the list" same "$scratch/listed" "$scratch/exported"
	check "...and no name of libc's" [ -z "$(comm -12 "$scratch/hidden" "$scratch/exported")" ]
	nm -D --defined-only --with-symbol-versions "$shared" | $AWK '$2 != "A" && $3 !~ /@@WINSOCK_COMPAT_[0-9.]+$/' \
		>"$scratch/unversioned"
	check "...each with a version" [ ! -s "$scratch/unversioned" ]
else
	skip "no shared library" "the shared library exports the list"
fi

if [ -e "$static" ]; then
	globals "$static" >"$scratch/global"
	comm -23 "$scratch/listed" "$scratch/global" >"$scratch/missing"
	check "the static library has the list" same /dev/null "$scratch/missing"
	comm -13 "$scratch/listed" "$scratch/global" | grep -v '^wsc__' >"$scratch/more"
	check "...and its other globals begin with wsc__" same /dev/null "$scratch/more"
else
	skip "no static library" "the static library has the list"
fi

# The public headers declare what is listed, where api.in says: declared SUFFIX CFLAGS..., the suffix of wide
# functions' symbols.
declared() {
	suffix=$1
	shift
	$AWK -v suffix="$suffix" '!/^#/ && NF && $4 != "pointer" { print $1, $2, $1 ($4 ~ /,wide$/ ? suffix : "") }' "$api" |
	while read -r name header symbol; do
		echo "#include <$header>
			void *pointer = (void *)&$name;" |
			$CC "$@" -isystem "$builddir/include" -isystem "$srcdir/include" -DWSC_OVERLAY -D_WIN32 -w -x c -S -o - - |
			grep -q "[^A-Za-z_]wsc_$symbol\\([^A-Za-z_0-9]\\|\$\\)" || echo "$name is not in $header"
	done >"$scratch/undeclared"
	same /dev/null "$scratch/undeclared"
}
check "each is declared in its header" declared _utf32
check "...with -fshort-wchar too" declared "" -fshort-wchar
finish
