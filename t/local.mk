# The tests. Each NAME in TEST_NAMES is t/NAME.c, built twice: natively as t/NAME.t,
# through wscc like any Windows source, and for Windows as t/wine/NAME.exe.
# NATIVE_ONLY and SCRIPT_TESTS have no Windows twin.
TEST_NAMES =
NATIVE_ONLY =
SCRIPT_TESTS =


TEST_NAMES += harness keepalive
TEST_NAMES += connect error ioctl names select socket startup transfer
NATIVE_ONLY += netdown wire

SCRIPT_TESTS += %D%/interop.t %D%/wsc-compare.t

TEST_NAMES += accept fault hook option
TEST_NAMES += message
NATIVE_ONLY += reuse threads

# How long a test may run. A slow one says so: t/NAME.log: TEST_SECONDS = 300
TEST_SECONDS = 120

NATIVE_TESTS = $(TEST_NAMES:%=%D%/%.t) $(NATIVE_ONLY:%=%D%/%.t)
WINE_TESTS = $(TEST_NAMES:%=%D%/wine/%.exe)

TAP_FROM = %D%/tap/tap.c %D%/tap/net.c
TAP_INCLUDES = %D%/tap/kernel.h %D%/tap/net.h %D%/tap/tap.h
NATIVE_TAP = $(TAP_FROM:%.c=%.o)
WINE_TAP = $(TAP_FROM:%D%/%.c=%D%/wine/%.o)

# Both speak TAP to Automake's driver, for which an unexpected pass is a failure too.
# (@PATTERN_TESTS@ is $(NATIVE_TESTS), which Automake would misread: it does not know % in TESTS.)
TESTS = @PATTERN_TESTS@ $(SCRIPT_TESTS)
TEST_EXTENSIONS = .t .exe
TIME_LIMIT = timeout --kill-after=10 $(TEST_SECONDS)
TEST_RUNNER =
RUN_WINE = env WINE='$(WINE)' $(SHELL) $(abs_srcdir)/%D%/run-wine $(abs_builddir)/wine-prefix
T_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
T_LOG_COMPILER = $(TIME_LIMIT) $(TEST_RUNNER)
EXE_LOG_DRIVER = $(T_LOG_DRIVER)
EXE_LOG_COMPILER = $(TIME_LIMIT) $(RUN_WINE)

# What the scripts among the tests may ask for.
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_srcdir)' builddir='$(abs_builddir)' \
	CC='$(CC)' CXX='$(CXX)' AWK='$(AWK)' PERL='$(PERL)' \
	MINGW_CC='$(MINGW_CC)' MINGW_CXX='$(MINGW_CXX)' WINE='$(WINE)'; \
	export srcdir builddir CC CXX AWK PERL MINGW_CC MINGW_CXX WINE;

TEST_FLAGS = -g -O1 -Wall -Wextra -Wno-unused-parameter -Wno-unknown-pragmas $(filter -Werror,$(WARN_CFLAGS)) \
	-I$(srcdir)/%D%/tap -I%D% -pthread
NATIVE_CC = env WSCC_CC='$(CC)' $(SHELL) tools/wscc $(TEST_FLAGS) $(SANITIZER_CFLAGS)
WINE_CC = $(MINGW_CC) -D_WIN32_WINNT=0x0A00 $(TEST_FLAGS) -static
WINE_LIBS = -lws2_32 -lmswsock

# The library and the generated headers come first: wscc needs both.
$(NATIVE_TAP): %D%/%.o: %D%/%.c $(TAP_INCLUDES) | $(BUILT_SOURCES) tools/wscc
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(NATIVE_CC) -c -o $@ $<

# A test that needs another object of its own says TEST_WITH.
$(NATIVE_TESTS): %D%/%.t: %D%/%.c $(NATIVE_TAP) $(TAP_INCLUDES) libwinsock-compat.la tools/wscc
	$(AM_V_CCLD)$(NATIVE_CC) -o $@ $< $(NATIVE_TAP) $(TEST_WITH)

# The one file of the tests that knows POSIX only.
%D%/wire.t: TEST_WITH = %D%/tap/link.o
%D%/wire.t: %D%/tap/link.o %D%/tap/link.h
%D%/tap/link.o: %D%/tap/link.c %D%/tap/link.h %D%/tap/tap.h
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) $(TEST_FLAGS) $(SANITIZER_CFLAGS) -D_GNU_SOURCE -c -o $@ $<

$(WINE_TAP): %D%/wine/%.o: %D%/%.c $(TAP_INCLUDES)
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(WINE_CC) -c -o $@ $<

$(WINE_TESTS): %D%/wine/%.exe: %D%/%.c $(WINE_TAP) $(TAP_INCLUDES)
	$(AM_V_CCLD)$(WINE_CC) -o $@ $< $(WINE_TAP) $(WINE_LIBS)

# The tests that come from C, under Wine.
if HAVE_WINE
check-wine: all-am
	@$(MAKE) $(AM_MAKEFLAGS) $(WINE_TESTS)
	@status=0; \
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(WINE_TESTS)' TEST_SUITE_LOG=%D%/wine/test-suite.log || status=$$?; \
	$(RUN_WINE) --end; \
	exit $$status
else
check-wine:
	@echo "configure found no mingw-w64 or no Wine: nothing can be checked" >&2; exit 1
endif

# The tests that come from C, natively, each time in a build directory of their own. Warnings are
# errors there.
check-sanitizers: check-address check-thread
check-address: VARIANT_CONFIGURE = --enable-werror --enable-sanitizers=address,undefined
check-thread: VARIANT_CONFIGURE = --enable-werror --enable-sanitizers=thread
check-clang: VARIANT_CONFIGURE = CC=clang CXX=clang++ --enable-werror
check-valgrind: VARIANT_MAKE = TEST_RUNNER='$(VALGRIND_RUNNER)' TEST_SECONDS=600
check-address check-thread check-clang check-valgrind:
	@$(MKDIR_P) $@.d
	@cd $@.d && { test -e config.status || $(abs_srcdir)/configure --quiet CC='$(CC)' CXX='$(CXX)' --disable-static $(VARIANT_CONFIGURE); }
	@cd $@.d && $(MAKE) check TESTS='$(NATIVE_TESTS) $(SETTINGS_TESTS)' $(VARIANT_MAKE)

# The handler of a fault has to see the very instruction and all registers, so valgrind may neither follow
# jumps, nor unroll loops, nor keep registers back.
VALGRIND_RUNNER = $(VALGRIND) --quiet --error-exitcode=99 --trace-children=yes --leak-check=full \
	--vex-guest-chase=no --vex-iropt-unroll-thresh=0 --vex-iropt-register-updates=allregs-at-mem-access \
	--show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions=$(abs_srcdir)/%D%/valgrind.supp

.PHONY: check-wine check-sanitizers check-address check-thread check-clang check-valgrind

check_DATA = $(NATIVE_TESTS)
EXTRA_DIST += $(TEST_NAMES:%=%D%/%.c) $(NATIVE_ONLY:%=%D%/%.c) $(SCRIPT_TESTS) $(TAP_FROM) $(TAP_INCLUDES) \
	%D%/tap/link.c %D%/tap/link.h \
	%D%/run-wine %D%/tap/tap.sh %D%/valgrind.supp
MOSTLYCLEANFILES += $(NATIVE_TESTS) $(WINE_TESTS) $(NATIVE_TAP) %D%/tap/link.o $(WINE_TAP)
distclean-local: distclean-tests
distclean-tests:
	rm -rf wine-prefix check-address.d check-thread.d check-clang.d check-valgrind.d
.PHONY: distclean-tests

include %D%/settings.mk
include %D%/headers.mk
