# The measurements: not part of any check, since what they say depends on what else the machine does.
BENCH_FROM = %D%/calls.c %D%/raw.c %D%/calls.h
BENCH_FLAGS = -O2 -g

%D%/calls: $(BENCH_FROM) $(PROGRAM_INCLUDES) libwinsock-compat.la tools/wscc
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(CC) $(BENCH_FLAGS) -c -o $(@D)/raw.o $(srcdir)/%D%/raw.c && \
		$(NATIVE_CC) $(BENCH_FLAGS) -o $@ $(srcdir)/%D%/calls.c $(@D)/raw.o

%D%/wine/calls.exe: $(BENCH_FROM)
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(WINE_CC) $(BENCH_FLAGS) -o $@ $(srcdir)/%D%/calls.c $(WINE_LIBS)

if HAVE_WINE
BENCH_WINE = %D%/wine/calls.exe
endif

bench: all-am
	@$(MAKE) $(AM_MAKEFLAGS) %D%/calls $(BENCH_WINE)
	@$(PERL) $(srcdir)/%D%/run $(abs_builddir)/%D%/calls $(BENCH_WINE:%=$(RUN_WINE) %)
.PHONY: bench

EXTRA_DIST += $(BENCH_FROM) %D%/run
MOSTLYCLEANFILES += %D%/calls %D%/raw.o %D%/wine/calls.exe
