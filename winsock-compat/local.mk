# The library.
lib_LTLIBRARIES += libwinsock-compat.la

libwinsock_compat_la_SOURCES = \
	%D%/accept.c \
	%D%/adapter.c \
	%D%/adapter.h \
	%D%/accept.h \
	%D%/address.c \
	%D%/address.h \
	%D%/addrinfoex.c \
	%D%/addresssort.c \
	%D%/addresssort.h \
	%D%/addrtext.c \
	%D%/async.c \
	%D%/bind.c \
	%D%/bind.h \
	%D%/blocking.c \
	%D%/blocking.h \
	%D%/conditional.c \
	%D%/conditional.h \
	%D%/conflict.c \
	%D%/conflict.h \
	%D%/connect.c \
	%D%/connect.h \
	%D%/connectby.c \
	%D%/control.c \
	%D%/control.h \
	%D%/counter.c \
	%D%/counter.h \
	%D%/diag.c \
	%D%/diag.h \
	%D%/disconnect.c \
	%D%/duplicate.c \
	%D%/duplicate.h \
	%D%/engine.c \
	%D%/engine.h \
	%D%/enumprotocols.c \
	%D%/error.c \
	%D%/error.h \
	%D%/errorqueue.c \
	%D%/errorqueue.h \
	%D%/export.h \
	%D%/extension.c \
	%D%/fault.c \
	%D%/fault.h \
	%D%/filter.c \
	%D%/filter.h \
	%D%/host.c \
	%D%/host.h \
	%D%/idn.c \
	%D%/idn.h \
	%D%/index.c \
	%D%/interface.c \
	%D%/interface.h \
	%D%/icmp.h \
	%D%/ioctl.c \
	%D%/ioctl.h \
	%D%/joinleaf.c \
	%D%/joinleaf.h \
	%D%/keepalive.c \
	%D%/keepalive.h \
	%D%/lasterror.c \
	%D%/lookup.c \
	%D%/lookup.h \
	%D%/lookupservice.c \
	%D%/memory.c \
	%D%/message.c \
	%D%/multicast.c \
	%D%/name.c \
	%D%/namespace.c \
	%D%/namespace.h \
	%D%/namespace-dns.c \
	%D%/namespace-nla.c \
	%D%/netlink.c \
	%D%/netlink.h \
	%D%/option-ip.c \
	%D%/option-multicast.c \
	%D%/option-receive.c \
	%D%/option-port.c \
	%D%/option-socket.c \
	%D%/option-udp.c \
	%D%/option-tcp.c \
	%D%/options.c \
	%D%/options.h \
	%D%/packed.h \
	%D%/poll.c \
	%D%/port.c \
	%D%/port.h \
	%D%/process.c \
	%D%/processor.c \
	%D%/profile.c \
	%D%/profile.h \
	%D%/protocol.c \
	%D%/protocol.h \
	%D%/provider.c \
	%D%/qos.c \
	%D%/rcvall.c \
	%D%/rcvall.h \
	%D%/readiness.c \
	%D%/readiness.h \
	%D%/recv.c \
	%D%/recvmsg.c \
	%D%/regfile.c \
	%D%/regfile.h \
	%D%/registry.c \
	%D%/registry.h \
	%D%/reply.c \
	%D%/reply.h \
	%D%/resolve.c \
	%D%/resolve.h \
	%D%/route.c \
	%D%/route.h \
	%D%/select.c \
	%D%/send.c \
	%D%/sendqueue.c \
	%D%/sendqueue.h \
	%D%/sendmsg.c \
	%D%/service.c \
	%D%/service.h \
	%D%/serviceclass.c \
	%D%/shutdown.c \
	%D%/socket.c \
	%D%/socket.h \
	%D%/sockopt.c \
	%D%/startup.c \
	%D%/startup.h \
	%D%/tcpinfo.c \
	%D%/thread.h \
	%D%/timestamp.c \
	%D%/timestamp.h \
	%D%/transfer.c \
	%D%/transfer.h \
	%D%/urgent.c \
	%D%/urgent.h \
	%D%/utf.c \
	%D%/utf.h \
	%D%/wide.c \
	%D%/wide.h \
	%D%/transport.c \
	%D%/unreachable.c \
	%D%/unreachable.h \
	%D%/ws.h

libwinsock_compat_la_CPPFLAGS = -DWSC_LIBRARY -DWSC_SYSCONFDIR='"$(sysconfdir)"' -I$(top_builddir)/winsock-compat -I$(top_srcdir)/winsock-compat $(AM_CPPFLAGS)
libwinsock_compat_la_CFLAGS = -fvisibility=hidden $(AM_CFLAGS)
libwinsock_compat_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
	-Wl,--version-script=%D%/winsock-compat.map -Wl,-Bsymbolic-functions -Wl,-z,nodelete
EXTRA_libwinsock_compat_la_DEPENDENCIES = %D%/winsock-compat.map

%D%/winsock-compat.map: $(srcdir)/%D%/api.in $(srcdir)/build-aux/gen-map.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && $(AWK) -f $(srcdir)/build-aux/gen-map.awk $(srcdir)/%D%/api.in >$@-t && mv $@-t $@

# The options, for the library and for the tests.
OPTIONS_FROM = $(srcdir)/include/constants.in $(srcdir)/%D%/options.in
GEN_OPTIONS = $(AWK) -f $(srcdir)/build-aux/gen-options.awk

%D%/option-rows.h: $(OPTIONS_FROM) $(srcdir)/build-aux/gen-options.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && $(GEN_OPTIONS) -v make=library $(OPTIONS_FROM) >$@-t && mv $@-t $@

# The errors, for both too.
ERRORS_FROM = $(srcdir)/include/constants.in $(srcdir)/%D%/errors.in
GEN_ERRORS = $(AWK) -f $(srcdir)/build-aux/gen-errors.awk

%D%/error-rows.h: $(ERRORS_FROM) $(srcdir)/build-aux/gen-errors.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && $(GEN_ERRORS) -v make=library $(ERRORS_FROM) >$@-t && mv $@-t $@

BUILT_SOURCES += %D%/error-rows.h
EXTRA_DIST += %D%/errors.in build-aux/gen-errors.awk
CLEANFILES += %D%/error-rows.h

# The functions, and what has them: for the manual and for the tests.
FUNCTIONS_FROM = $(srcdir)/%D%/api.in $(srcdir)/%D%/functions.in $(sort $(wildcard $(srcdir)/include/*.h))
GEN_FUNCTIONS = $(AWK) -f $(srcdir)/build-aux/gen-functions.awk

# The ioctls, for the library and for the tests.
IOCTLS_FROM = $(srcdir)/include/constants.in $(srcdir)/%D%/ioctls.in
GEN_IOCTLS = $(AWK) -f $(srcdir)/build-aux/gen-ioctls.awk

%D%/ioctl-rows.h: $(IOCTLS_FROM) $(srcdir)/build-aux/gen-ioctls.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && $(GEN_IOCTLS) -v make=library $(IOCTLS_FROM) >$@-t && mv $@-t $@

BUILT_SOURCES += %D%/option-rows.h %D%/ioctl-rows.h
EXTRA_DIST += %D%/api.in %D%/functions.in %D%/ioctls.in %D%/options.in build-aux/gen-functions.awk build-aux/gen-ioctls.awk \
	build-aux/gen-map.awk build-aux/gen-options.awk
CLEANFILES += %D%/winsock-compat.map %D%/ioctl-rows.h %D%/option-rows.h
