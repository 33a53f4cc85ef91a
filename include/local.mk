# The public headers. Those of Windows are written by hand; from tables come the constants
# and the other spellings of their names.
PUBLIC_INCLUDES = in6addr inaddr mstcpip mswsock qos winbase windef windows winerror winsock winsock2 \
	ws2def ws2ipdef ws2tcpip

# A header NAME.h whose constants are in constants.in includes wsc/NAME-constants.h.
WSC_CONSTANTS = mstcpip mswsock qos windows winsock winsock2 ws2def ws2ipdef ws2tcpip

# The spellings found in the wild, each opening the header of that name in small letters.
WSC_SPELLINGS = In6addr.h Inaddr.h MSTcpIP.h MSTCPIP.h MSTCPIP.H MSTcpip.h Mstcpip.h MsTcpIp.h MstcpIP.h \
	MSWSock.h MSWSOCK.h MSWSOCK.H MSWsock.h MsWSock.h MsWsock.h Mswsock.h MSwSock.h mswSock.h mstcpIP.h \
	QOS.h Qos.h WinBase.h Winbase.h WINBASE.H WinDef.h Windef.h WINDEF.H WINDEF.h WinError.h Winerror.h \
	WINERROR.H Windows.h WINDOWS.H WINDOWS.h WinSock.h Winsock.h WINSOCK.H WINSOCK.h WinSock2.h Winsock2.h \
	WINSOCK2.H WINSOCK2.h winSock2.h winSock.h WS2Def.h Ws2def.h WS2DEF.H WS2def.h Ws2Def.h WS2DEF.h \
	WS2IpDef.h Ws2ipdef.h WS2IPDEF.H WS2IPDEF.h WS2ipdef.h Ws2IpDef.h WS2TCPIP.H WS2TCPIP.h WS2tcpip.h \
	WS2TcpIp.h WS2TcpIP.h WS2Tcpip.h Ws2TcpIp.h Ws2TcpIP.h Ws2Tcpip.h Ws2tcpip.h ws2tcpIP.h ws2Tcpip.h \
	Ws2tcpIp.h WS2tcpIP.h

CONSTANT_INCLUDES = $(WSC_CONSTANTS:%=%D%/wsc/%-constants.h)
SPELLING_INCLUDES = $(WSC_SPELLINGS:%=%D%/%)

wscincludedir = $(includedir)/winsock-compat
wscinclude_HEADERS = $(PUBLIC_INCLUDES:%=%D%/%.h)
nodist_wscinclude_HEADERS = $(SPELLING_INCLUDES)
wscinclude_wscdir = $(wscincludedir)/wsc
wscinclude_wsc_HEADERS = %D%/wsc/face.h %D%/wsc/sockets.h
nodist_wscinclude_wsc_HEADERS = $(CONSTANT_INCLUDES)

GEN_CONSTANTS = $(AWK) -f $(srcdir)/build-aux/gen-constants.awk
CONSTANTS_FROM = $(srcdir)/%D%/constants.in $(srcdir)/build-aux/gen-constants.awk

$(CONSTANT_INCLUDES): %D%/wsc/%-constants.h: $(CONSTANTS_FROM)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_CONSTANTS) -v make=public -v header=$*.h $(srcdir)/%D%/constants.in >$@-t && mv $@-t $@

$(SPELLING_INCLUDES): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && lower=`echo $(@F) | tr A-Z a-z` && \
	echo "/* Another spelling of $$lower. */" >$@ && echo "#include <$$lower>" >>$@

winsock-compat/constants.h: $(CONSTANTS_FROM)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(GEN_CONSTANTS) -v make=library $(srcdir)/%D%/constants.in >$@-t && mv $@-t $@

BUILT_SOURCES += $(CONSTANT_INCLUDES) $(SPELLING_INCLUDES) winsock-compat/constants.h
CLEANFILES += $(CONSTANT_INCLUDES) $(SPELLING_INCLUDES) winsock-compat/constants.h
EXTRA_DIST += %D%/constants.in build-aux/gen-constants.awk
