# The options and ioctls with random arguments. t/fuzz-options.t says how long and how often it goes on.
NATIVE_ONLY += fuzz-options
%D%/fuzz-options.t: TEST_WITH = %D%/tap/link.o %D%/tap/snapshot.o
%D%/fuzz-options.t: %D%/tap/link.o %D%/tap/snapshot.o %D%/options.h %D%/options-rows.h %D%/ioctls-rows.h
%D%/tap/snapshot.o: %D%/tap/snapshot.c %D%/tap/snapshot.h
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) $(TEST_FLAGS) $(SANITIZER_CFLAGS) -D_GNU_SOURCE -c -o $@ $<

# For so many seconds, in the build of check-address.
FUZZ_SECONDS = 60
check-fuzz: VARIANT_DIRECTORY = check-address.d
check-fuzz: VARIANT_CONFIGURE = --enable-werror --enable-sanitizers=address,undefined
check-fuzz: VARIANT_TESTS = %D%/fuzz-options.t
check-fuzz: VARIANT_MAKE = TEST_RUNNER='env WSC_SECONDS=$(FUZZ_SECONDS)' TEST_SECONDS=$$(($(FUZZ_SECONDS) + 120))
.PHONY: check-fuzz

EXTRA_DIST += %D%/tap/snapshot.c %D%/tap/snapshot.h
MOSTLYCLEANFILES += %D%/tap/snapshot.o
