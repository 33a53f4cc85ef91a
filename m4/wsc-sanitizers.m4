# WSC_SANITIZERS: --enable-sanitizers=address,undefined or =thread builds the
# library and its tests with them.
AC_DEFUN([WSC_SANITIZERS], [
AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers=LIST],
	[build with these sanitizers: address,undefined or thread])],
	[], [enable_sanitizers=no])
SANITIZER_CFLAGS=
AS_IF([test "x$enable_sanitizers" != xno],
	[SANITIZER_CFLAGS="-fsanitize=$enable_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"])
AC_SUBST([SANITIZER_CFLAGS])
])
