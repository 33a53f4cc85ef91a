# The tests. Each NAME in TEST_NAMES is t/NAME.c, built twice: natively as t/NAME.t,
# through wscc like any Windows source, and for Windows as t/wine/NAME.exe.
# NATIVE_ONLY and SCRIPT_TESTS have no Windows twin.
TEST_NAMES =
NATIVE_ONLY =

SCRIPT_TESTS =
NATIVE_ONLY += arrival
NATIVE_ONLY += conditional
NATIVE_ONLY += ephemeral
NATIVE_ONLY += errorqueue
NATIVE_ONLY += faults
NATIVE_ONLY += netdown
NATIVE_ONLY += network
NATIVE_ONLY += networks
NATIVE_ONLY += packet
NATIVE_ONLY += queued
NATIVE_ONLY += reuse
NATIVE_ONLY += resolver
NATIVE_ONLY += tcplink
NATIVE_ONLY += threads
NATIVE_ONLY += wire

TEST_NAMES += accept
TEST_NAMES += addresses
TEST_NAMES += ancillary
TEST_NAMES += async
TEST_NAMES += bind
TEST_NAMES += close
TEST_NAMES += connect
TEST_NAMES += connectby
TEST_NAMES += datagram
TEST_NAMES += disconnect
TEST_NAMES += duplicate
TEST_NAMES += error
TEST_NAMES += errors
TEST_NAMES += fault
TEST_NAMES += formatmessage
TEST_NAMES += fresh
TEST_NAMES += functions
TEST_NAMES += harness
TEST_NAMES += hook
TEST_NAMES += ioctl
TEST_NAMES += ioctls
TEST_NAMES += ipoption
TEST_NAMES += joinleaf
TEST_NAMES += keepalive
TEST_NAMES += lookup
TEST_NAMES += message
TEST_NAMES += multicast
TEST_NAMES += names
TEST_NAMES += namespace
TEST_NAMES += netdb
TEST_NAMES += option
TEST_NAMES += options
TEST_NAMES += poll
TEST_NAMES += port
TEST_NAMES += protocols
TEST_NAMES += raw
TEST_NAMES += select
TEST_NAMES += sendqueue
TEST_NAMES += socket
TEST_NAMES += socketoption
TEST_NAMES += startup
TEST_NAMES += states
TEST_NAMES += tcpoption
TEST_NAMES += timestamp
TEST_NAMES += transfer
TEST_NAMES += unix
TEST_NAMES += urgent

SCRIPT_TESTS += %D%/interop.t %D%/wsc-compare.t

# How long a test may run. A slow one says so: t/NAME.log: TEST_SECONDS = 300
TEST_SECONDS = 120

# Those with wide text, which also run with a wchar_t of two bytes, natively, as t/NAME-short.t.
WIDE_NAMES = addresses fault formatmessage lookup namespace netdb options protocols socket socketoption structs
SHORT_TESTS = $(WIDE_NAMES:%=%D%/%-short.t)

NATIVE_TESTS = $(TEST_NAMES:%=%D%/%.t) $(NATIVE_ONLY:%=%D%/%.t) $(SHORT_TESTS)
WINE_TESTS = $(TEST_NAMES:%=%D%/wine/%.exe)

# Those that go through a table: t/NAME.wine says what Wine does with it.
TABLE_TESTS = functions ioctls options states

TAP_FROM = %D%/tap/tap.c %D%/tap/net.c %D%/tap/rows.c
TAP_INCLUDES = %D%/tap/kernel.h %D%/tap/net.h %D%/tap/newer.h %D%/tap/rows.h %D%/tap/tap.h
# What a program includes is only known to the compiler: any of it builds all of them again.
PROGRAM_INCLUDES = $(wscinclude_HEADERS) $(wscinclude_wsc_HEADERS) $(MADE_INCLUDES)
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
$(NATIVE_TAP): %D%/%.o: %D%/%.c $(TAP_INCLUDES) $(PROGRAM_INCLUDES) | $(BUILT_SOURCES) tools/wscc
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(NATIVE_CC) -c -o $@ $<

# A test that needs another object of its own says TEST_WITH.
$(filter-out $(SHORT_TESTS),$(NATIVE_TESTS)): %D%/%.t: %D%/%.c $(NATIVE_TAP) $(TAP_INCLUDES) $(PROGRAM_INCLUDES) libwinsock-compat.la tools/wscc
	$(AM_V_CCLD)$(NATIVE_CC) -o $@ $< $(NATIVE_TAP) $(TEST_WITH)

$(SHORT_TESTS): %D%/%-short.t: %D%/%.c $(NATIVE_TAP) $(TAP_INCLUDES) $(PROGRAM_INCLUDES) libwinsock-compat.la tools/wscc
	$(AM_V_CCLD)$(NATIVE_CC) -fshort-wchar -o $@ $< $(NATIVE_TAP) $(TEST_WITH)

# The one file of the tests that knows POSIX only.
LINK_TESTS = %D%/arrival.t %D%/conditional.t %D%/ephemeral.t %D%/errorqueue.t %D%/faults.t %D%/network.t %D%/networks.t \
	%D%/packet.t %D%/resolver.t %D%/tcplink.t %D%/wire.t
$(LINK_TESTS): TEST_WITH = %D%/tap/link.o
$(LINK_TESTS): %D%/tap/link.o %D%/tap/link.h
%D%/tap/link.o: %D%/tap/link.c %D%/tap/link.h %D%/tap/tap.h
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) $(TEST_FLAGS) $(SANITIZER_CFLAGS) -D_GNU_SOURCE -c -o $@ $<

# The rows of errors.in, and the part of the library that they are for, which nobody else sees.
%D%/error-vectors.h: $(ERRORS_FROM) $(srcdir)/build-aux/gen-errors.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_ERRORS) -v make=test $(ERRORS_FROM) >$@-t && mv $@-t $@
%D%/errors.t %D%/wine/errors.exe: %D%/error-vectors.h
%D%/errors.t: TEST_WITH = %D%/errors.o
%D%/errors.t: %D%/errors.o
%D%/errors.o: winsock-compat/error.c winsock-compat/error.h winsock-compat/error-rows.h
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) $(TEST_FLAGS) $(SANITIZER_CFLAGS) -std=gnu11 -DWSC_LIBRARY -DHAVE_CONFIG_H \
		-I. -Iwinsock-compat -I$(srcdir)/winsock-compat -Iinclude -I$(srcdir)/include -c -o $@ $<
CLEANFILES += %D%/error-vectors.h

# The rows of options.in, and where the kernel has them.
%D%/options-rows.h %D%/options-linux.h: %D%/options-%.h: $(OPTIONS_FROM) $(srcdir)/build-aux/gen-options.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_OPTIONS) -v make=$(patsubst rows,test,$*) $(OPTIONS_FROM) >$@-t && mv $@-t $@
%D%/options.t %D%/options-short.t %D%/wine/options.exe: %D%/options.h %D%/options-rows.h
%D%/options.t %D%/options-short.t: TEST_WITH = %D%/options-linux.o
%D%/options.t %D%/options-short.t: %D%/options-linux.o
%D%/options-linux.o: %D%/options-linux.c %D%/options-linux.h
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) $(TEST_FLAGS) $(SANITIZER_CFLAGS) -D_GNU_SOURCE -c -o $@ $<

# The tables of the design notes.
%D%/states-rows.h: $(srcdir)/doc/design.md $(srcdir)/build-aux/gen-states.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) -f $(srcdir)/build-aux/gen-states.awk $(srcdir)/doc/design.md >$@-t && mv $@-t $@
%D%/states.t %D%/wine/states.exe: %D%/states-rows.h
CLEANFILES += %D%/states-rows.h

$(WINE_TAP): %D%/wine/%.o: %D%/%.c $(TAP_INCLUDES)
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(WINE_CC) -c -o $@ $<

$(WINE_TESTS): %D%/wine/%.exe: %D%/%.c $(WINE_TAP) $(TAP_INCLUDES)
	$(AM_V_CCLD)$(WINE_CC) -o $@ $< $(WINE_TAP) $(WINE_LIBS)

# What Wine does with the tables, as a list of strings.
$(TABLE_TESTS:%=%D%/%-wine.h): %D%/%-wine.h: $(srcdir)/%D%/%.wine
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	{ $(SED) -e '/^#/d' -e 's/.*/"&",/' $<; echo NULL; } >$@-t && mv $@-t $@
$(TABLE_TESTS:%=%D%/%.t): %D%/%.t: %D%/%-wine.h
%D%/options-short.t: %D%/options-wine.h
$(TABLE_TESTS:%=%D%/wine/%.exe): %D%/wine/%.exe: %D%/%-wine.h

# Writes the lists anew, from what Wine does now, best as root: look at the differences before you commit them.
record-wine: $(TABLE_TESTS:%=%D%/wine/%.exe)
	@for name in $(TABLE_TESTS); do \
		$(RUN_WINE) %D%/wine/$$name.exe >%D%/wine/$$name.out || :; \
		grep -q '^1\.\.' %D%/wine/$$name.out || { cat %D%/wine/$$name.out; exit 1; }; \
		{ echo "# What Wine 8 does with the rows of t/$$name.c. make record-wine writes this."; \
		  $(SED) -n 's/^# differs //p' %D%/wine/$$name.out; } >$(srcdir)/%D%/$$name.wine || exit 1; \
	done; \
	$(RUN_WINE) --end
.PHONY: record-wine
# The rows of ioctls.in.
%D%/ioctls-rows.h: $(IOCTLS_FROM) $(srcdir)/build-aux/gen-ioctls.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_IOCTLS) -v make=test $(IOCTLS_FROM) >$@-t && mv $@-t $@
%D%/ioctls.t %D%/wine/ioctls.exe: %D%/ioctls-rows.h
CLEANFILES += %D%/ioctls-rows.h

%D%/queued.t %D%/sendqueue.t %D%/wine/sendqueue.exe: %D%/sendqueue.h

# The rows of functions.in.
%D%/functions-rows.h: $(FUNCTIONS_FROM) $(srcdir)/build-aux/gen-functions.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_FUNCTIONS) -v make=test $(FUNCTIONS_FROM) >$@-t && mv $@-t $@
%D%/functions.t %D%/wine/functions.exe: %D%/functions-rows.h
CLEANFILES += %D%/functions-rows.h

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
# t/queued moves a gigabyte through a dozen processes, for which valgrind takes longer than for all the rest.
check-valgrind: VARIANT_TESTS = $(filter-out %D%/queued.t,$(NATIVE_TESTS)) $(SETTINGS_TESTS)
VARIANT_DIRECTORY = $@.d
VARIANT_TESTS = $(NATIVE_TESTS) $(SETTINGS_TESTS)
check-address check-thread check-clang check-valgrind check-fuzz:
	@$(MKDIR_P) $(VARIANT_DIRECTORY)
	@cd $(VARIANT_DIRECTORY) && { test -e config.status || \
		$(abs_srcdir)/configure --quiet CC='$(CC)' CXX='$(CXX)' --disable-static $(VARIANT_CONFIGURE); }
	@cd $(VARIANT_DIRECTORY) && $(MAKE) check TESTS='$(VARIANT_TESTS)' $(VARIANT_MAKE)

# The handler of a fault has to see the very instruction and all registers, so valgrind may neither follow
# jumps, nor unroll loops, nor keep registers back.
VALGRIND_RUNNER = $(VALGRIND) --quiet --error-exitcode=99 --trace-children=yes --leak-check=full \
	--vex-guest-chase=no --vex-iropt-unroll-thresh=0 --vex-iropt-register-updates=allregs-at-mem-access \
	--show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions=$(abs_srcdir)/%D%/valgrind.supp

.PHONY: check-wine check-sanitizers check-address check-thread check-clang check-valgrind

check_DATA = $(NATIVE_TESTS)
EXTRA_DIST += build-aux/gen-states.awk
EXTRA_DIST += $(TEST_NAMES:%=%D%/%.c) $(NATIVE_ONLY:%=%D%/%.c) $(SCRIPT_TESTS) $(TAP_FROM) $(TAP_INCLUDES) \
	%D%/options.h %D%/options-linux.c %D%/sendqueue.h %D%/tap/link.c %D%/tap/link.h \
	%D%/run-wine %D%/tap/tap.sh %D%/valgrind.supp $(TABLE_TESTS:%=%D%/%.wine)
CLEANFILES += $(TABLE_TESTS:%=%D%/%-wine.h) %D%/options-rows.h %D%/options-linux.h
MOSTLYCLEANFILES += $(NATIVE_TESTS) $(WINE_TESTS) $(NATIVE_TAP) %D%/errors.o %D%/options-linux.o %D%/tap/link.o $(WINE_TAP) $(TABLE_TESTS:%=%D%/wine/%.out)
distclean-local: distclean-tests
distclean-tests:
	rm -rf wine-prefix check-address.d check-thread.d check-clang.d check-valgrind.d
.PHONY: distclean-tests

include %D%/fuzz.mk
include %D%/settings.mk
include %D%/headers.mk
