#!/bin/sh
# The headers of Winsock and of the system in one translation unit, in shuffled orders, with every
# compiler, standard and machine there is.
#   WSC_HEADERS_ALL=1   every pair of headers both ways round and many more shuffles, for an hour or so:
#                       make check TESTS=t/headers.t TEST_SECONDS=20000 WSC_HEADERS_ALL=1
#   WSC_HEADERS_SEED=N  other shuffles
: "${srcdir:=.}" "${builddir:=.}" "${AWK:=awk}"
. "$srcdir/t/tap/tap.sh"

all=${WSC_HEADERS_ALL-}
seed=${WSC_HEADERS_SEED:-20}
here=$srcdir/t/headers
overlay="-isystem $builddir/include -isystem $srcdir/include -DWSC_OVERLAY -D_WIN32=1 -DWIN32=1 -D_WIN64=1"
strict='-Wall -Wextra -Wpedantic -Werror'

windows='winsock2.h ws2tcpip.h mstcpip.h mswsock.h windows.h ws2def.h ws2ipdef.h'
posix='sys/socket.h sys/select.h sys/types.h sys/time.h netinet/in.h arpa/inet.h netdb.h unistd.h stdlib.h
	netinet/tcp.h sys/ioctl.h poll.h time.h net/if.h sys/un.h sys/resource.h stdio.h string.h signal.h fcntl.h
	errno.h pthread.h sys/wait.h sys/param.h sys/uio.h netinet/ip.h ifaddrs.h limits.h stdint.h wchar.h'
cxx='functional string iostream thread mutex vector memory chrono algorithm atomic map future'

awk_constants() {
	$AWK -f "$srcdir/build-aux/gen-constants.awk" "$@" "$srcdir/include/constants.in"
}

# Windows' constants, but those of headers that are seldom read, and the system's that Windows lacks.
awk_constants -v make=check | $AWK '
	/^CONSTANT/ && !/\((wsrm|afunix|af_irda|ws2bth|ws2spi)\.h/' >"$scratch/constants.inc"
$AWK 'FILENAME ~ /constants/ { windows[$1] = 1; next }
	$1 == "constant" { for (i = 2; i <= NF; i++) if (!($i in windows)) print "#ifdef " $i "\n#error " $i "\n#endif" }' \
	"$srcdir/include/constants.in" "$srcdir/include/posix.in" >>"$scratch/constants.inc"

# order SEED HEADER...: #includes of them all, shuffled
order() {
	$AWK 'BEGIN {
		srand(ARGV[1])
		for (i = 2; i < ARGC; i++) {
			j = 2 + int(rand() * (i - 1))
			header[i] = header[j]
			header[j] = ARGV[i]
		}
		for (i = 2; i < ARGC; i++)
			print "#include <" header[i] ">"
	}' "$@"
}

# job CONFIGURATION OPTIONS LANGUAGE FILE: one compilation to be done by compile_jobs
: >"$scratch/jobs"
job() {
	jobs=$(($(wc -l <"$scratch/jobs") + 1))
	printf '%s\n' "$2 -x $3 -fsyntax-only" >"$scratch/job$jobs.command"
	echo "$1" >"$scratch/job$jobs.configuration"
	cat >"$scratch/job$jobs.source"
	echo "$jobs" >>"$scratch/jobs"
}

shuffles() {
	configuration=$1 options=$2 language=$3 count=$4
	shift 4
	while [ "$count" -gt 0 ]; do
		seed=$((seed + 1))
		{
			echo "/* seed $seed */"
			order "$seed" "$@"
			printf '#define ORDER_POSIX\n#include "body.h"\n'
		} | job "$configuration" "$options" "$language"
		count=$((count - 1))
	done
}

pairs() {
	configuration=$1 options=$2 language=$3
	shift 3
	for a in $windows; do
		for b in "$@"; do
			printf '#include <%s>\n#include <%s>\n' "$a" "$b" | job "$configuration" "$options" "$language"
			printf '#include <%s>\n#include <%s>\n' "$b" "$a" | job "$configuration" "$options" "$language"
		done
	done
}

compile_jobs() {
	cat >"$scratch/compile" <<-'END'
		read -r command <"$scratch/job$1.command"
		$command $overlay $strict -I "$scratch" -I "$here" "$scratch/job$1.source" >"$scratch/job$1.errors" 2>&1 ||
			: >"$scratch/job$1.failed"
	END
	export scratch overlay strict here
	xargs -n 1 -P 2 sh "$scratch/compile" <"$scratch/jobs"
}

# Whether a compiler is there and can compile for a machine.
works() {
	echo '#include <stdio.h>' | $1 -x "$2" -fsyntax-only - >/dev/null 2>&1
}
links() {
	echo 'int main() { return 0; }' | $1 -x "$2" - -o "$scratch/links" >/dev/null 2>&1 && "$scratch/links"
}

echo "# seed $seed"
# configurations: NAME|COMPILER AND OPTIONS|LANGUAGE|TIMES
{
	for compiler in gcc clang musl-gcc; do
		for standard in c99 gnu99 c11 gnu17 c2x; do
			for machine in -m64 -m32; do
				[ "$compiler $machine" = 'musl-gcc -m32' ] && continue
				echo "$compiler $machine -std=$standard|c|3"
			done
		done
		[ $compiler = musl-gcc ] && continue
		echo "$compiler -O2 -D_FORTIFY_SOURCE=2 -D_GNU_SOURCE|c|3"
		echo "$compiler -m32 -D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64|c|3"
		echo "$compiler -fshort-wchar -funsigned-char|c|2"
	done
	for compiler in g++ clang++; do
		for machine in -m64 -m32; do
			for standard in c++11 gnu++14 c++17 c++20; do
				echo "$compiler $machine -std=$standard|c++|1"
			done
		done
		echo "$compiler -std=gnu++20 -O2 -D_FORTIFY_SOURCE=2|c++|1"
	done
} >"$scratch/configurations"

while IFS='|' read -r configuration language times; do
	if ! works "$configuration" "$language"; then
		skip "not installed" "$configuration"
		continue
	fi
	set -- $windows $posix
	case $configuration in
	*c++17* | *++20*) set -- "$@" $cxx filesystem ;;
	*++*) set -- "$@" $cxx ;;
	esac
	[ -z "$all" ] || times=$((times * 10))
	# What POSIX has of the strict standards is little: ask for the rest.
	case $configuration in
	*=c[0-9]*) options="$configuration -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L" ;;
	*) options=$configuration ;;
	esac
	shuffles "$configuration" "$options" "$language" "$times" "$@"
	case $all,$configuration in
	,*) ;;
	*,*++1*) ;;
	*) pairs "$configuration" "$options" "$language" "$@" ;;
	esac
	echo "$configuration" >>"$scratch/done"
done <"$scratch/configurations"
compile_jobs

while read -r configuration; do
	total=0 failed=
	for file in $(find "$scratch" -name 'job*.configuration' -exec grep -Flx -e "$configuration" {} +); do
		total=$((total + 1))
		[ ! -e "${file%.configuration}.failed" ] || failed="$failed ${file%.configuration}"
	done
	check "$configuration: $total orders" [ -z "$failed" ]
	for file in $failed; do
		echo "# $(sed -n 's/^#include//p' "$file.source" | tr -d '\n')"
		head -5 "$file.errors" | sed 's/^/# /'
		break
	done
done <"$scratch/done"
echo "# $(wc -l <"$scratch/jobs") translation units"

# Each header by itself, in both faces, by every spelling; quiet even where system headers may warn.
alone() {
	for header in $(cd "$srcdir/include" && ls ./*.h | sed 's,^\./,,'); do
		printf '#include "%s"\nextern int unused;\n' "$header" | "$@" - || return
	done
}
spellings() {
	(cd "$builddir/include" && grep -l 'Another spelling' ./*.[hH]) |
		sed 's,^\./\(.*\)$,#include "\1",' >"$scratch/spellings.c"
	[ "$(wc -l <"$scratch/spellings.c")" -gt 50 ] && "$@" -include "$scratch/spellings.c" -x c - <<-'END'
		int value = SO_KEEPALIVE + AF_INET6 + TCP_NODELAY + EAI_MEMORY + (int)SIO_KEEPALIVE_VALS + SO_UPDATE_ACCEPT_CONTEXT;
	END
}
check "each header alone, C" alone $CC $overlay $strict -x c -fsyntax-only
check "each header alone, C++" alone $CXX $overlay $strict -x c++ -fsyntax-only
check "each header alone, without the overlay" \
	alone $CC -I "$builddir/include" -I "$srcdir/include" $strict -x c -fsyntax-only
check "each header alone, no warning where system headers may warn" \
	alone $CC $overlay -Wall -Wextra -Wsystem-headers -Werror -x c -fsyntax-only
check "every spelling" spellings $CC $overlay $strict -fsyntax-only
check "winsock.h and windows.h first" $CC $overlay $strict -fsyntax-only -x c -I "$scratch" -I "$here" - <<-'END'
	#include <windows.h>
	#include <winsock.h>
	#include <sys/types.h>
	#include <winsock2.h>
	#include <ws2tcpip.h>
	#include <mstcpip.h>
	#include <mswsock.h>
	#include "body.h"
END

# No macro of the system's stays that a Windows source could take for one of Windows'.
leaks() {
	for header in $windows $posix; do
		echo "#include <$header>"
	done >"$scratch/leaks.c"
	$1 $overlay -D_GNU_SOURCE -dM -E "$scratch/leaks.c" | $AWK '
		FILENAME ~ /constants\.in$/ { known[$1] = 1; next }
		FILENAME != "-" { while (match($0, /[A-Z][A-Z0-9_]+/)) { known[substr($0, RSTART, RLENGTH)] = 1; $0 = substr($0, RSTART + RLENGTH) }; next }
		$2 ~ /^(AF|PF|SOCK|SO|SOL|MSG|IPPROTO|TCP|UDP|IP|IPV6|MCAST|AI|NI|EAI|SHUT|IFF|INADDR|IN6)_/ {
			sub(/\(.*/, "", $2)
			if (!($2 in known)) {
				print "# " $2
				leaks++
			}
		}
		END { exit leaks > 0 }' "$srcdir/include/constants.in" "$srcdir"/include/*.h - >"$scratch/leaks"
	status=$?
	cat "$scratch/leaks"
	return $status
}
for compiler in gcc clang; do
	if works $compiler c; then
		check "no constant of the system's is left, $compiler" leaks $compiler
	else
		skip "not installed" "no constant of the system's is left, $compiler"
	fi
done

# Names keep their meaning: compiled and run.
meaning() {
	language=$1 source=$2
	shift 2
	case $language in
	c) stubs=$1 ;;
	*) stubs=$(echo "$1" | sed -e 's/clang++/clang/' -e 's/g++/gcc/') ;;
	esac
	case "$*" in
	*-m32*) stubs="$stubs -m32" ;;
	esac
	$stubs -c "$here/stubs.c" -o "$scratch/stubs.o" &&
		"$@" $overlay $strict -I "$scratch" "$source" "$scratch/stubs.o" -pthread -o "$scratch/meaning" &&
		"$scratch/meaning"
}
while read -r compiler options; do
	case $compiler in
	*++) language=c++ source=$here/names.cc ;;
	*) language=c source=$here/names.c ;;
	esac
	if links "$compiler $options" $language; then
		check "names keep their meaning, $compiler $options" meaning $language "$source" $compiler $options
	else
		skip "not installed" "names keep their meaning, $compiler $options"
	fi
done <<END
gcc -std=c99
gcc -std=c2x -O2
gcc -m32
gcc -fshort-wchar
clang -std=c99
clang -std=c2x -O2
clang -m32
musl-gcc -std=c11
g++ -std=c++11
g++ -std=c++20 -O2
g++ -m32
g++ -fshort-wchar
clang++ -std=c++11
clang++ -std=c++20 -O2
clang++ -m32
END

# t/structs.c, for the machines and compilers that make check does not build it for.
structures() {
	"$@" $overlay -I "$srcdir/t/tap" "$srcdir/t/structs.c" "$srcdir/t/tap/tap.c" -pthread -o "$scratch/structures" &&
		"$scratch/structures" >"$scratch/structures.out" && return
	grep -v '^ok' "$scratch/structures.out"
	return 1
}
for compiler in 'gcc -m32' 'gcc -fshort-wchar' clang 'clang -m32' musl-gcc; do
	if links "$compiler" c; then
		check "structures, $compiler" structures $compiler
	else
		skip "not installed" "structures, $compiler"
	fi
done
finish
