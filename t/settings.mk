# The tests of the settings. They are linked with the objects they test, which the library hides;
# winsock-compat itself they do not need. Each has a system directory of its own to play with.
SETTINGS_TESTS = %D%/regfile.t %D%/registry.t %D%/profile.t %D%/utf.t
SETTINGS_CPPFLAGS = -DWSC_LIBRARY -DT_DATA='"$(abs_srcdir)/%D%/data"' -I$(srcdir)/winsock-compat -I$(srcdir)/%D%
SETTINGS_COMMON = %D%/settings.c %D%/settings.h winsock-compat/regfile.c winsock-compat/regfile.h \
	winsock-compat/utf.c winsock-compat/utf.h
SETTINGS_LIBS = %D%/tap/tap.o

check_PROGRAMS += $(SETTINGS_TESTS)
TESTS += $(SETTINGS_TESTS) %D%/settings-page.t

%C%_regfile_t_SOURCES = %D%/regfile.c $(SETTINGS_COMMON)
%C%_regfile_t_LDADD = $(SETTINGS_LIBS)
%C%_regfile_t_CPPFLAGS = $(SETTINGS_CPPFLAGS)

%C%_registry_t_SOURCES = %D%/registry.c $(SETTINGS_COMMON) \
	winsock-compat/registry.c winsock-compat/registry.h winsock-compat/profile.c winsock-compat/profile.h
%C%_registry_t_LDADD = $(SETTINGS_LIBS)
%C%_registry_t_CPPFLAGS = $(SETTINGS_CPPFLAGS) -DWSC_SYSCONFDIR='"%D%/registry.etc"'

%C%_profile_t_SOURCES = %D%/profile.c $(SETTINGS_COMMON) \
	winsock-compat/registry.c winsock-compat/registry.h winsock-compat/profile.c winsock-compat/profile.h
%C%_profile_t_LDADD = $(SETTINGS_LIBS)
%C%_profile_t_CPPFLAGS = $(SETTINGS_CPPFLAGS) -DWSC_SYSCONFDIR='"%D%/profile.etc"'

%C%_utf_t_SOURCES = %D%/utf.c winsock-compat/utf.c winsock-compat/utf.h
%C%_utf_t_LDADD = $(SETTINGS_LIBS)
%C%_utf_t_CPPFLAGS = $(SETTINGS_CPPFLAGS)

EXTRA_DIST += \
	%D%/fuzz-regfile.c \
	%D%/settings-page.t \
	%D%/data/bad-byte-order.reg \
	%D%/data/bad-dword.reg \
	%D%/data/bad-half.reg \
	%D%/data/bad-header.reg \
	%D%/data/bad-hklm.reg \
	%D%/data/bad-latin1.reg \
	%D%/data/bad-name.reg \
	%D%/data/bad-utf16.reg \
	%D%/data/bad-values.reg \
	%D%/data/everything.expected \
	%D%/data/everything.reg \
	%D%/data/settings.reg \
	%D%/data/tcpip-regedit4.expected \
	%D%/data/tcpip-regedit4.reg \
	%D%/data/tcpip-utf8-bom.reg \
	%D%/data/tcpip-utf8.reg \
	%D%/data/tcpip.expected \
	%D%/data/tcpip.reg

# Gives the parser inputs made up by libFuzzer, for so many seconds; what it learns stays in
# t/fuzz-regfile.corpus. Needs clang.
FUZZ_CC = clang

fuzz-regfile: %D%/fuzz-regfile
	$(AM_V_at)$(MKDIR_P) %D%/fuzz-regfile.corpus
	%D%/fuzz-regfile -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -artifact_prefix=%D%/fuzz-regfile. \
		%D%/fuzz-regfile.corpus $(srcdir)/%D%/data
.PHONY: fuzz-regfile

%D%/fuzz-regfile: %D%/fuzz-regfile.c winsock-compat/regfile.c winsock-compat/regfile.h winsock-compat/utf.c winsock-compat/utf.h
	$(AM_V_GEN)$(MKDIR_P) %D% && $(FUZZ_CC) -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -I$(srcdir)/winsock-compat -o $@ \
		$(srcdir)/%D%/fuzz-regfile.c $(srcdir)/winsock-compat/regfile.c $(srcdir)/winsock-compat/utf.c
MOSTLYCLEANFILES += %D%/fuzz-regfile

clean-local: clean-fuzz-regfile
clean-fuzz-regfile:
	rm -rf %D%/fuzz-regfile.corpus %D%/registry.etc %D%/profile.etc
.PHONY: clean-fuzz-regfile
