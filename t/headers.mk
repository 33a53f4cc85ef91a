# The tests of the headers, the symbols and wscc.
TEST_NAMES += constants inline structs
SCRIPT_TESTS += %D%/headers.t %D%/symbols.t %D%/wscc.t

# Hundreds of compilations.
%D%/headers.log: TEST_SECONDS = 900

# t/constants.c goes through them all.
%D%/constants.inc: $(CONSTANTS_FROM)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_CONSTANTS) -v make=check $(srcdir)/include/constants.in >$@-t && mv $@-t $@
%D%/constants.t %D%/wine/constants.exe: %D%/constants.inc
CLEANFILES += %D%/constants.inc

EXTRA_DIST += %D%/headers/body.h %D%/headers/names.c %D%/headers/names.cc %D%/headers/stubs.c
