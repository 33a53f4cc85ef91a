# What doc/ adds to the makefile.
CALL_PAGES = \
	%D%/accept.3ws \
	%D%/bind.3ws \
	%D%/connect.3ws \
	%D%/FormatMessageA.3ws \
	%D%/gai_strerrorA.3ws \
	%D%/getaddrinfo.3ws \
	%D%/GetAddrInfoExA.3ws \
	%D%/gethostbyname.3ws \
	%D%/gethostname.3ws \
	%D%/getnameinfo.3ws \
	%D%/getservbyname.3ws \
	%D%/getsockname.3ws \
	%D%/getsockopt.3ws \
	%D%/htonl.3ws \
	%D%/inet_addr.3ws \
	%D%/ioctlsocket.3ws \
	%D%/listen.3ws \
	%D%/LocalFree.3ws \
	%D%/QueryPerformanceCounter.3ws \
	%D%/recv.3ws \
	%D%/select.3ws \
	%D%/send.3ws \
	%D%/shutdown.3ws \
	%D%/socket.3ws \
	%D%/WSAAddressToStringA.3ws \
	%D%/WSAAsyncGetHostByName.3ws \
	%D%/WSAEnumNameSpaceProvidersA.3ws \
	%D%/WSAEnumProtocolsA.3ws \
	%D%/WSAGetLastError.3ws \
	%D%/WSAGetQOSByName.3ws \
	%D%/WSAInstallServiceClassA.3ws \
	%D%/WSALookupServiceBeginA.3ws \
	%D%/WSAPoll.3ws \
	%D%/WSARecv.3ws \
	%D%/WSARecvMsg.3ws \
	%D%/WSASend.3ws \
	%D%/WSASendMsg.3ws \
	%D%/WSASetBlockingHook.3ws \
	%D%/WSASetServiceA.3ws \
	%D%/WSAStartup.3ws \
	%D%/WSCGetProviderPath.3ws
MADE_PAGES = %D%/winsock-compat-errors.7 %D%/winsock-compat-functions.7 %D%/winsock-compat-ioctls.7 \
	%D%/winsock-compat-options.7

dist_man_MANS = $(CALL_PAGES) %D%/wsc-compare.1 %D%/wsc++.1 %D%/wscc.1 %D%/winsock-compat.5 %D%/winsock-compat.7
nodist_man_MANS = $(MADE_PAGES)

# The tables of the library, as pages.
%D%/winsock-compat-options.7: $(OPTIONS_FROM) $(srcdir)/t/options.wine $(srcdir)/build-aux/gen-options.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(GEN_OPTIONS) -v make=page $(OPTIONS_FROM) $(srcdir)/t/options.wine >$@-t && mv $@-t $@

%D%/winsock-compat-ioctls.7: $(IOCTLS_FROM) $(srcdir)/t/ioctls.wine $(srcdir)/build-aux/gen-ioctls.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_IOCTLS) -v make=page $(IOCTLS_FROM) $(srcdir)/t/ioctls.wine >$@-t && mv $@-t $@

%D%/winsock-compat-errors.7: $(ERRORS_FROM) $(srcdir)/build-aux/gen-errors.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_ERRORS) -v make=page $(ERRORS_FROM) >$@-t && mv $@-t $@

# This one reads the tests, too.
FUNCTION_TESTS = $(sort $(wildcard $(srcdir)/t/*.c))
%D%/winsock-compat-functions.7: $(FUNCTIONS_FROM) $(srcdir)/t/functions.wine $(FUNCTION_TESTS) \
		$(srcdir)/build-aux/gen-functions.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(GEN_FUNCTIONS) -v make=page $(FUNCTIONS_FROM) $(srcdir)/t/functions.wine $(FUNCTION_TESTS) >$@-t && mv $@-t $@

# A page of several calls is found by the name of each.
CALL_ALIASES = for page in $(CALL_PAGES:%=$(srcdir)/%); do \
		name=`basename $$page .3ws`; \
		for alias in `$(SED) -n -e '/^\.Sh SYNOPSIS/q' -e 's/^\.Nm \([A-Za-z_]*\).*/\1/p' $$page`; do \
			test $$alias = $$name || $(1) || exit 1; \
		done; \
	done

install-data-hook:
	@echo ' aliases of the pages in $(DESTDIR)$(man3dir)'; \
	$(call CALL_ALIASES,echo ".so man3/$$name.3ws" >$(DESTDIR)$(man3dir)/$$alias.3ws)

uninstall-hook:
	@$(call CALL_ALIASES,rm -f $(DESTDIR)$(man3dir)/$$alias.3ws)

CLEANFILES += $(MADE_PAGES)
EXTRA_DIST += %D%/design.md
SCRIPT_TESTS += t/functions-page.t t/man.t t/options-page.t
