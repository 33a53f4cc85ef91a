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
