# Makes a header's LPFN_ types, pointers to its functions, from winsock-compat/api.in.
# Usage: awk -v header=winsock2.h -f gen-pointers.awk api.in
/^#/ || /^$/ || $2 != header || $4 == "pointer" || $1 == "__WSAFDIsSet" { next }
{
	upper = toupper($1)
	here[upper] = 1
	if ($1 != "ioctlsocket") # wsc/sockets.h has it, ahead of its overload in C++
		print "typedef __typeof__(" $1 ") *LPFN_" upper ";"
	if (sub(/W$/, "", upper) && (upper "A") in here)
		names[++count] = upper
}
END {
	for (i = 1; i <= count; i++) {
		wide = wide "#define LPFN_" names[i] " LPFN_" names[i] "W\n"
		narrow = narrow "#define LPFN_" names[i] " LPFN_" names[i] "A\n"
	}
	printf "#ifdef UNICODE\n%s#else\n%s#endif\n", wide, narrow
}
