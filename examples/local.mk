# The examples: Windows programs, built both ways for t/interop.t.
EXAMPLE_NAMES = echo-client echo-server keepalive-demo
EXAMPLE_SHARED = %D%/keepalive.c
NATIVE_EXAMPLES = $(EXAMPLE_NAMES:%=%D%/%)
WINE_EXAMPLES = $(EXAMPLE_NAMES:%=%D%/wine/%.exe)

$(NATIVE_EXAMPLES): %D%/%: %D%/%.c $(EXAMPLE_SHARED) %D%/keepalive.h $(PROGRAM_INCLUDES) libwinsock-compat.la tools/wscc
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(NATIVE_CC) -o $@ $< $(srcdir)/$(EXAMPLE_SHARED)

$(WINE_EXAMPLES): %D%/wine/%.exe: %D%/%.c $(EXAMPLE_SHARED) %D%/keepalive.h
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(WINE_CC) -o $@ $< $(srcdir)/$(EXAMPLE_SHARED) $(WINE_LIBS)

check_DATA += $(NATIVE_EXAMPLES)
if HAVE_WINE
check_DATA += $(WINE_EXAMPLES)
endif
EXTRA_DIST += $(EXAMPLE_NAMES:%=%D%/%.c) $(EXAMPLE_SHARED) %D%/keepalive.h
MOSTLYCLEANFILES += $(NATIVE_EXAMPLES) $(WINE_EXAMPLES)
