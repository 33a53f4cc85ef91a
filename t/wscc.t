#!/bin/sh
# wscc and wsc++ compile Windows sources as they are, from the build tree and when installed.
: "${srcdir:=.}" "${builddir:=.}"
. "$srcdir/t/tap/tap.sh"

WSCC_CC=${CC:-cc} WSCC_CXX=${CXX:-c++}
export WSCC_CC WSCC_CXX
wscc=$builddir/tools/wscc
wscxx=$builddir/tools/wsc++

mkdir "$scratch/with space" && cd "$scratch/with space" || bail "no directory"
mkdir include

cat >program.c <<'END'
#include <WinSock2.h>
#include <Ws2tcpip.h>
#include <Windows.h>
#include <stdio.h>
#pragma comment(lib, "ws2_32.lib")
#pragma comment(lib, "Ws2_32")
#pragma warning(disable: 4996)

int main(void)
{
	WSADATA data;

	if (WSAStartup(MAKEWORD(2, 2), &data))
		return 2;
	printf("%x %d\n", data.wVersion, SO_KEEPALIVE);
	return WSACleanup();
}
END
cat >program.Cpp <<'END'
#include <Winsock2.h>
#include <functional>
#include <iostream>
#pragma comment(lib, "Ws2_32.lib")

int main()
{
	WSADATA data;

	if (WSAStartup(MAKEWORD(2, 2), &data))
		return 2;
	std::cout << "C++ " << std::bind(std::plus<int>(), 40, 2)() << std::endl;
	return WSACleanup();
}
END
for name in a.CPP a.cc a.C a.cxx; do
	cp program.Cpp $name
done
echo 'int value(void) { return VALUE; }' >'other file.c'
echo '#define LOCAL 1' >include/local.h

says() {
	expected=$1
	shift
	[ "$("$@" 2>&1)" = "$expected" ]
}
quiet() {
	output=$("$@" 2>&1) && [ -z "$output" ] || {
		echo "$output" | head -5 | sed 's/^/# /'
		return 1
	}
}
has() {
	case $1 in
	*"$2"*) ;;
	*) return 1 ;;
	esac
}

check "a C program, with Windows' libraries" \
	quiet "$wscc" -Wall -Wextra -Werror program.c -o program -lws2_32 -lWs2_32 -lmswsock -l wsock32 -lkernel32 user32.lib
check "...runs" says '202 8' ./program
check "...with a bare a.out" quiet "$wscc" program.c
check "...which runs" says '202 8' ./a.out
for name in program.Cpp a.CPP a.cc a.C a.cxx; do
	check "$name, wsc++" quiet "$wscxx" -Wall -Wextra -Werror -std=c++11 "$name" -o cxx
	check "...runs" says 'C++ 42' ./cxx
done
check "program.Cpp, wscc" quiet "$wscc" program.Cpp -o cxx
check "...runs" says 'C++ 42' ./cxx
check "an explicit language" quiet "$wscc" -x c++ program.Cpp -x none -o cxx -lstdc++

check "-c gives an object, and no word about libraries" quiet "$wscc" -Wall -Werror -c program.c -o 'an object.o' -lws2_32
check "...that can be linked with another file" \
	quiet "$wscc" 'an object.o' 'other file.c' -DVALUE=3 -Wno-missing-prototypes -o linked
check "...and runs" says '202 8' ./linked
check "-S" quiet "$wscc" -S program.c -o program.s
check "-E" sh -c '"$1" -E program.c >program.i && grep -q "__asm__(\"wsc_\" \"WSAStartup\")" program.i' - "$wscc"
check "-M names the sources" sh -c '"$1" -M program.c | grep -q "program\.o: program\.c"' - "$wscc"
check "-MMD leaves the link alone" quiet "$wscc" -MMD -MF 'program.d' program.c -o program
check "a path with a space" quiet "$wscc" -I "$PWD/include" -include local.h -fsyntax-only program.c
check "a macro with quotes and a space" quiet "$wscc" '-DTEXT_="a b"' -DVALUE='sizeof TEXT_' -c 'other file.c'
echo '-Wall -c program.c' >response
check "a response file" quiet "$wscc" @response -lws2_32
check "a source on standard input" quiet sh -c '"$1" -x c - -o piped <program.c' - "$wscc"
check "an error is an error" sh -c '! "$1" -c missing.c 2>/dev/null' - "$wscc"
check "an unknown library is an error" sh -c '! "$1" program.c -lnosuchlibrary -o none 2>/dev/null' - "$wscc"

printf '%s\n' '#if defined _WIN32 && defined WIN32 && defined _WIN64 == (__SIZEOF_POINTER__ == 8)' \
	'int windows;' '#endif' >macros.c
check "_WIN32, WIN32, _WIN64" sh -c '"$1" -E macros.c | grep -q windows' - "$wscc"
if echo 'int x;' | $WSCC_CC -m32 -x c -c - -o m32.o 2>/dev/null; then
	check "...with -m32" sh -c '"$1" -m32 -E macros.c | grep -q windows' - "$wscc"
else
	skip "no -m32" "...with -m32"
fi

for compiler in gcc clang; do
	if command -v $compiler >/dev/null; then
		check "$compiler is driven" quiet env WSCC_CC=$compiler "$wscc" -Wall -Wextra -Werror program.c -o program -lws2_32
		check "...and its program runs" says '202 8' ./program
		check "...with options of its own" \
			env WSCC_CC="$compiler -O2 -g" "$wscc" -Werror program.c -o program
		check "...even to say nothing of -c" quiet env WSCC_CC=$compiler "$wscc" -Werror -c program.c -lws2_32
	else
		skip "not installed" "$compiler is driven"
	fi
done

# A wchar_t of either size: the C library's own, as most sources expect it, and Windows'.
cat >wide.c <<'END'
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdio.h>
#include <wchar.h>
#ifdef __cplusplus
#include <string>
#endif

int main(void)
{
	unsigned char bytes[16];
	WCHAR text[64];
	TCHAR same[] = TEXT("::1");
	wchar_t *loopback = same;
	int i;

	if (InetPton(AF_INET6, loopback, bytes) != 1 || !InetNtopW(AF_INET6, bytes, text, 4))
		return 2;
#if __SIZEOF_WCHAR_T__ == 4 && defined __cplusplus
	if (std::wstring(text) != L"::1" || wcslen(text) != 3)
		return 3;
#endif
	for (i = 0; text[i]; i++)
		putchar((char)text[i]);
	return printf(" %d\n", (int)sizeof *text) < 0;
}
END
for size in 4 2; do
	flag=; [ $size = 4 ] || flag=-fshort-wchar
	check "a wchar_t of $size bytes, C" \
		quiet "$wscc" $flag -Wall -Wextra -Werror -municode wide.c -o wide -lws2_32
	check "...runs" says "::1 $size" ./wide
	check "a wchar_t of $size bytes, C++" \
		quiet "$wscxx" $flag -Wall -Wextra -Werror -municode -x c++ wide.c -o wide -lws2_32
	check "...runs" says "::1 $size" ./wide
done

version=$("$wscc" --version)
check "--version says ours" has "$version" "wscc (winsock-compat) $(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"/\1/p' "$builddir/config.h")"
check "...and the compiler's" has "$version" "$($WSCC_CC --version | head -1)"
check "wsc++ says its name" has "$("$wscxx" --version)" "wsc++ (winsock-compat)"
check "a question to the compiler is passed on" says "$($WSCC_CC -dumpmachine)" "$wscc" -dumpmachine

if [ -e "$builddir/.libs/libwinsock-compat.a" ]; then
	check "-static" quiet "$wscc" -static program.c -o static -lws2_32
	check "...runs" says '202 8' ./static
	check "...and needs no library" sh -c '! readelf -d static 2>/dev/null | grep -q NEEDED'
else
	skip "no static library" "-static"
fi
check "a shared library" quiet "$wscc" -shared -fPIC program.c -o libprogram.so -lws2_32

# Installed: nothing of the build tree may be needed.
unset MAKEFLAGS MAKELEVEL MFLAGS
if make -s -C "$builddir" install DESTDIR="$scratch/root" >"$scratch/install" 2>&1; then
	installed=$(find "$scratch/root" -name wscc -type f)
	settings=$(sed -n "s/^includes='\(.*\)'/\1/p" "$installed")
	check "it is installed" [ -n "$installed" ]
	check "...with nothing of the build tree in it" sh -c '! grep -qF "$1" "$2"' - "$builddir" "$installed"
	check "...knowing its headers" [ -e "$scratch/root$settings/winsock2.h" ]
	for header in WinSock2.h sys/socket.h bits/fs_path.h wsc/hide.h; do
		check "...with $header" [ -e "$scratch/root$settings/$header" ]
	done
	# The same script at the place where DESTDIR put the rest.
	sed "s,^\(includes\|libraries\)='/,&${scratch#/}/root/," "$installed" >"$scratch/moved" && chmod +x "$scratch/moved"
	check "...and compiles" quiet "$scratch/moved" program.c -o installed -lws2_32
	check "...a program that runs" says '202 8' ./installed
else
	sed 's/^/# /' "$scratch/install" | tail -5
	check "it is installed" false
fi
finish
