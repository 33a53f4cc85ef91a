# The public headers. Those of Windows are written by hand; made from tables are the constants,
# the other spellings of their names, and what keeps the system's headers out of their way.
PUBLIC_INCLUDES = af_irda afunix basetsd in6addr inaddr mstcpip mswsock nspapi qos svcguid winbase windef \
	windows winerror winsock winsock2 ws2bth ws2def ws2ipdef ws2spi ws2tcpip wsrm

# A header NAME.h whose constants are in constants.in includes wsc/NAME-constants.h.
WSC_CONSTANTS = af_irda afunix mstcpip mswsock qos windows winsock winsock2 ws2bth ws2def ws2ipdef \
	ws2spi ws2tcpip wsrm

# A header NAME.h with types of pointers to its functions, made from api.in, includes wsc/NAME-pointers.h.
WSC_POINTERS = winsock2 ws2tcpip

# The spellings found in the wild, each opening the header of that name in small letters.
WSC_SPELLINGS = In6addr.h Inaddr.h MSTcpIP.h MSTCPIP.h MSTCPIP.H MSTcpip.h Mstcpip.h MsTcpIp.h MstcpIP.h \
	MSWSock.h MSWSOCK.h MSWSOCK.H MSWsock.h MsWSock.h MsWsock.h Mswsock.h MSwSock.h mswSock.h mstcpIP.h \
	QOS.h Qos.h WinBase.h Winbase.h WINBASE.H WinDef.h Windef.h WINDEF.H WINDEF.h WinError.h Winerror.h \
	WINERROR.H Windows.h WINDOWS.H WINDOWS.h WinSock.h Winsock.h WINSOCK.H WINSOCK.h WinSock2.h Winsock2.h \
	WINSOCK2.H WINSOCK2.h winSock2.h winSock.h WS2Def.h Ws2def.h WS2DEF.H WS2def.h Ws2Def.h WS2DEF.h \
	WS2IpDef.h Ws2ipdef.h WS2IPDEF.H WS2IPDEF.h WS2ipdef.h Ws2IpDef.h WS2TCPIP.H WS2TCPIP.h WS2tcpip.h \
	WS2TcpIp.h WS2TcpIP.h WS2Tcpip.h Ws2TcpIp.h Ws2TcpIP.h Ws2Tcpip.h Ws2tcpip.h ws2tcpIP.h ws2Tcpip.h \
	BaseTsd.h Basetsd.h BASETSD.H Ws2tcpIp.h WS2tcpIP.h AF_Irda.h AF_IRDA.H Af_irda.h AFUnix.h Afunix.h WS2Bth.h Ws2bth.h WSRm.h Wsrm.h \
	NspApi.h Nspapi.h NSPAPI.h SvcGuid.h Svcguid.h SVCGUID.H WS2SPI.H WS2spi.h Ws2spi.h Ws2Spi.h

# The system's headers that have names of Winsock, each overlaid by one that sets them aside.
WSC_OVERLAYS = arpa/inet.h ifaddrs.h net/if.h net/if_arp.h net/route.h netdb.h netinet/icmp6.h \
	netinet/igmp.h netinet/in.h netinet/ip.h netinet/ip6.h netinet/ip_icmp.h netinet/tcp.h \
	netinet/udp.h poll.h resolv.h sys/ioctl.h sys/poll.h sys/resource.h sys/select.h sys/socket.h \
	sys/time.h sys/timex.h sys/types.h sys/uio.h sys/un.h time.h unistd.h utmp.h utmpx.h

# Headers of libstdc++ that ask for _WIN32 and must not find it.
WSC_NATIVE = bits/fs_path.h experimental/bits/fs_path.h parallel/compatibility.h

CONSTANT_INCLUDES = $(WSC_CONSTANTS:%=%D%/wsc/%-constants.h)
POINTER_INCLUDES = $(WSC_POINTERS:%=%D%/wsc/%-pointers.h)
SPELLING_INCLUDES = $(WSC_SPELLINGS:%=%D%/%)
OVERLAY_INCLUDES = $(WSC_OVERLAYS:%=%D%/%)
NATIVE_INCLUDES = $(WSC_NATIVE:%=%D%/%)
POSIX_INCLUDES = %D%/wsc/hide.h %D%/wsc/show.h
MADE_INCLUDES = $(CONSTANT_INCLUDES) $(POINTER_INCLUDES) $(SPELLING_INCLUDES) $(OVERLAY_INCLUDES) $(NATIVE_INCLUDES) $(POSIX_INCLUDES)

wscincludedir = $(includedir)/winsock-compat
wscinclude_HEADERS = $(PUBLIC_INCLUDES:%=%D%/%.h)
wscinclude_wscdir = $(wscincludedir)/wsc
wscinclude_wsc_HEADERS = %D%/wsc/face.h %D%/wsc/sockets.h %D%/wsc/timeofday.h %D%/wsc/timeval.h

GEN_CONSTANTS = $(AWK) -f $(srcdir)/build-aux/gen-constants.awk
CONSTANTS_FROM = $(srcdir)/%D%/constants.in $(srcdir)/build-aux/gen-constants.awk
GEN_POSIX = $(AWK) -f $(srcdir)/build-aux/gen-posix.awk

$(CONSTANT_INCLUDES): %D%/wsc/%-constants.h: $(CONSTANTS_FROM)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_CONSTANTS) -v make=public -v header=$*.h $(srcdir)/%D%/constants.in >$@-t && mv $@-t $@

$(POINTER_INCLUDES): %D%/wsc/%-pointers.h: $(srcdir)/winsock-compat/api.in $(srcdir)/build-aux/gen-pointers.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) -v header=$*.h -f $(srcdir)/build-aux/gen-pointers.awk $(srcdir)/winsock-compat/api.in >$@-t && mv $@-t $@

winsock-compat/constants.h: $(CONSTANTS_FROM)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_CONSTANTS) -v make=library $(srcdir)/%D%/constants.in >$@-t && mv $@-t $@

$(POSIX_INCLUDES): %D%/wsc/%.h: %D%/posix.in %D%/constants.in $(srcdir)/build-aux/gen-posix.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_POSIX) -v make=$* $(srcdir)/%D%/posix.in $(srcdir)/%D%/constants.in >$@-t && mv $@-t $@

$(SPELLING_INCLUDES): %D%/%: %D%/local.mk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && lower=`echo $* | tr A-Z a-z` && \
	printf '/* Another spelling of %s. */\n#include <%s>\n' $$lower $$lower >$@

$(OVERLAY_INCLUDES): %D%/%: %D%/wsc/overlay.h.in
	$(AM_V_GEN)$(MKDIR_P) $(@D) && up=`echo $* | sed -e 's,[^/]*$$,,' -e 's,[^/]*/,../,g'` && \
	$(SED) -e 's,@HEADER[@],$*,' -e "s,@UP[@],$$up," $(srcdir)/%D%/wsc/overlay.h.in >$@

$(NATIVE_INCLUDES): %D%/%: %D%/wsc/native.h.in
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) -e 's,@HEADER[@],$*,' $(srcdir)/%D%/wsc/native.h.in >$@

install-data-local: $(MADE_INCLUDES)
	@for header in $(MADE_INCLUDES:%D%/%=%); do \
		$(MKDIR_P) "$(DESTDIR)$(wscincludedir)/$$header" && rmdir "$(DESTDIR)$(wscincludedir)/$$header" && \
		$(INSTALL_DATA) %D%/$$header "$(DESTDIR)$(wscincludedir)/$$header" || exit; \
	done

uninstall-local:
	rm -rf "$(DESTDIR)$(wscincludedir)"

BUILT_SOURCES += $(MADE_INCLUDES) winsock-compat/constants.h
CLEANFILES += $(MADE_INCLUDES) winsock-compat/constants.h
EXTRA_DIST += %D%/constants.in %D%/posix.in %D%/wsc/overlay.h.in %D%/wsc/native.h.in \
	build-aux/gen-constants.awk build-aux/gen-pointers.awk build-aux/gen-posix.awk
