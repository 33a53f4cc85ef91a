# What tools/ adds to the makefile.

# wsc-compare finds wscc and run-wine beside itself in the build tree.
bin_SCRIPTS += %D%/wsc-compare
noinst_SCRIPTS += %D%/run-wine
pkglibexec_SCRIPTS = t/run-wine

%D%/wsc-compare: %D%/wsc-compare.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SED) -e 's|@PERL[@]|$(PERL)|' -e 's|@pkglibexecdir[@]|$(pkglibexecdir)|' \
		-e 's|@MINGW_CC[@]|$(MINGW_CC)|' -e 's|@MINGW_CXX[@]|$(MINGW_CXX)|' -e 's|@WINE[@]|$(WINE)|' \
		$(srcdir)/$@.in >$@-t && chmod +x $@-t && mv $@-t $@

%D%/run-wine: t/run-wine
	$(AM_V_GEN)$(MKDIR_P) %D% && cp $(srcdir)/t/run-wine $@-t && chmod +x $@-t && mv $@-t $@

EXTRA_DIST += %D%/wsc-compare.in
CLEANFILES += %D%/wsc-compare %D%/run-wine
