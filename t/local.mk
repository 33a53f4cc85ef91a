# The tests. Each NAME in TEST_NAMES is t/NAME.c, built twice: natively as t/NAME.t,
# through wscc like any Windows source, and for Windows as t/wine/NAME.exe.
# NATIVE_ONLY and SCRIPT_TESTS have no Windows twin.
TEST_NAMES =
NATIVE_ONLY =
SCRIPT_TESTS =



NATIVE_TESTS = $(TEST_NAMES:%=t/%.t) $(NATIVE_ONLY:%=t/%.t)
WINE_TESTS = $(TEST_NAMES:%=t/wine/%.exe)

TESTS = $(NATIVE_TESTS) $(SCRIPT_TESTS)
TEST_EXTENSIONS = .t .exe
T_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
EXE_LOG_DRIVER = $(T_LOG_DRIVER)
EXE_LOG_COMPILER = $(SHELL) $(top_srcdir)/%D%/run-wine

check_DATA = $(NATIVE_TESTS)
TAP_FROM = %D%/tap/tap.c
TAP_INCLUDES = %D%/tap/tap.h

EXTRA_DIST += $(TEST_NAMES:%=t/%.c) $(NATIVE_ONLY:%=t/%.c) $(SCRIPT_TESTS) $(TAP_FROM) $(TAP_INCLUDES)
MOSTLYCLEANFILES += $(NATIVE_TESTS) $(WINE_TESTS)
