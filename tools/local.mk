# What tools/ adds to the makefile.

bin_SCRIPTS += %D%/wscc %D%/wsc++

# wsc++ is wscc by another name; in the build tree wscc-build tells it where that is.
%D%/wscc: $(srcdir)/%D%/wscc.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -e 's|@PACKAGE_VERSION[@]|$(PACKAGE_VERSION)|' \
		-e 's|@includedir[@]|$(includedir)|' -e 's|@libdir[@]|$(libdir)|' \
		$(srcdir)/%D%/wscc.in >$@-t && chmod +x $@-t && mv $@-t $@
	@printf '%s\n' "includes='$(abs_top_builddir)/include'" "more_includes='$(abs_top_srcdir)/include'" \
		"libraries='$(abs_top_builddir)/.libs'" >%D%/wscc-build

%D%/wsc++: %D%/wscc
	$(AM_V_GEN)rm -f $@ && cp %D%/wscc $@

CLEANFILES += %D%/wscc %D%/wsc++ %D%/wscc-build
EXTRA_DIST += %D%/wscc.in
# wsc-compare finds wscc and run-wine beside itself in the build tree.
bin_SCRIPTS += %D%/wsc-compare
noinst_SCRIPTS += %D%/run-wine
pkglibexec_SCRIPTS = t/run-wine

%D%/wsc-compare: %D%/wsc-compare.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SED) -e 's|@pkglibexecdir[@]|$(pkglibexecdir)|' \
		-e 's|@MINGW_CC[@]|$(MINGW_CC)|' -e 's|@MINGW_CXX[@]|$(MINGW_CXX)|' -e 's|@WINE[@]|$(WINE)|' \
		$(srcdir)/$@.in >$@-t && chmod +x $@-t && mv $@-t $@

%D%/run-wine: t/run-wine
	$(AM_V_GEN)$(MKDIR_P) %D% && cp $(srcdir)/t/run-wine $@-t && chmod +x $@-t && mv $@-t $@

EXTRA_DIST += %D%/wsc-compare.in
CLEANFILES += %D%/wsc-compare %D%/run-wine
