#!/bin/sh
# wsc-compare: what it shows of the same, of different and of impossible programs, and its exit status.
. "$srcdir/t/tap/tap.sh"

test -n "$MINGW_CC" && test -n "$WINE" || skip_all "no mingw-w64 or no Wine"

# compare STATUS ARGUMENT...: runs wsc-compare, whose output goes to a file
compare() {
	expected=$1
	shift
	"$builddir/tools/wsc-compare" --width=100 "$@" >"$scratch/output" 2>&1
	test $? = "$expected"
}

shows() {
	grep -Eq -e "$1" "$scratch/output"
}

page() {
	compare "$1" -I"$srcdir/t/tap" "$scratch/$2.c" "$srcdir/t/tap/tap.c"
}

cat >"$scratch/same.c" <<'END'
#include <winsock2.h>
#include <stdio.h>
#pragma comment(lib, "ws2_32.lib")
int main(int argc, char **argv)
{
	printf("%s and %d\n", argv[1], SO_KEEPALIVE);
	fprintf(stderr, "said on stderr\n");
	return argc;
}
END
cat >"$scratch/different.c" <<'END'
#include <stdio.h>
int main(void)
{
#ifdef __linux__
	printf("one\ntwo\nthree\n");
	return 0;
#else
	printf("one\n2\nthree\nfour\n");
	return 3;
#endif
}
END
echo 'int main(void) { return nothing; }' >"$scratch/wrong.c"
echo 'int main(void) { for (;;) ; }' >"$scratch/endless.c"
cat >"$scratch/class.cpp" <<'END'
#include <iostream>
#include <winsock2.h>
int main() { std::cout << sizeof(DWORD) << std::endl; }
END
cat >"$scratch/explained.c" <<'END'
#include "tap.h"
int main(void)
{
	plan(3);
	section("one mode");
	statement("K5", "short lengths are refused");
	page_says("WSAEFAULT", "WSAEFAULT", "no bytes");
	wine_todo("takes one byte");
	page_says("WSAEFAULT", is_wine() ? "success" : "WSAEFAULT", "one byte");
	todo_end();
	page_skip("WSAENETDOWN", "not on this machine", "no network");
	return done();
}
END
cat >"$scratch/unexplained.c" <<'END'
#include "tap.h"
int main(void)
{
	plan(2);
	statement("K1", "the first");
	page_says("4", is_wine() ? "1" : "4", "length");
	wine_todo("is said to differ");
	page_says("4", "4", "other length");
	todo_end();
	return done();
}
END
cat >"$scratch/native.c" <<'END'
#include "tap.h"
int main(void)
{
	plan_lazy();
	statement("K1", "the first");
	page_says("4", is_wine() ? "4" : "1", "length");
	ok(is_wine(), "outside the table");
	return done();
}
END

check "the same program: status 0" compare 0 "$scratch/same.c" -lws2_32 -- 'a b'
check "... with its arguments on both sides" shows '^a b and 8 +a b and 8$'
check "... and its stderr" shows '^said on stderr +said on stderr$'
check "... and its end" shows '^exit status 2 +exit status 2$'
check "... and a summary" shows '^the same: 2 lines, and the end$'
check "a different program: status 1" compare 1 "$scratch/different.c"
check "... a changed line" shows '^two +\|  2$'
check "... a line of one side" shows '^ +>  four$'
check "... the ends" shows '^exit status 0 +\|  exit status 3$'
check "... and a summary" shows '^different: 2 of 4 lines, and the end$'
check "C++" compare 0 "$scratch/class.cpp"
check "an error of the compiler: status 2" compare 2 "$scratch/wrong.c"
check "no such file: status 2" compare 2 "$scratch/missing.c"
check "no source: status 2" compare 2
check "an unknown option: status 2" compare 2 --frobnicate "$scratch/same.c"
check "programs that do not end: status 2" compare 2 --seconds=1 "$scratch/endless.c"
check "a page whose differences are explained: status 0" page 0 explained
check "... in a row of the table" shows 'one byte +WSAEFAULT +WSAEFAULT +success +Wine differs: takes'
check "a page with unexplained rows: status 1" page 1 unexplained
check "... both a difference and none where one was announced" shows '0 the same, .* 0 native differences, 2 unexplained$'
check "a native difference: status 1" page 1 native
check "... in the table and outside it" shows '; 2 native differences, 0 unexplained$'
finish
