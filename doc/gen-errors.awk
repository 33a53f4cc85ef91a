# Makes doc/winsock-compat-errors.7 from the table in winsock-compat/error.c.
# Usage: awk -f gen-errors.awk error.c > winsock-compat-errors.7
BEGIN {
	print ".\\\" Made by doc/gen-errors.awk from winsock-compat/error.c."
	print ".Dd November 22, 2026\n.Dt WINSOCK-COMPAT-ERRORS 7\n.Os"
	print ".Sh NAME\n.Nm winsock-compat-errors\n.Nd what an errno is called in Winsock"
	print ".Sh DESCRIPTION"
	print "When the kernel refuses what a call asks for, the call fails with the Winsock\n" \
		"error of this table, unless its page says otherwise.\n" \
		"What the table does not have is\n.Er WSASYSCALLFAILURE .\n" \
		".Bl -column EPROTONOSUPPORT WSA_OPERATION_ABORTED"
}
/^static const short winsock_error/ { inside = 1; next }
inside && /^};/ { inside = 0 }
inside {
	if ($1 !~ /^\[E[A-Z]+\]$/ || $2 != "=" || $3 !~ /^WS_WSA[A-Z_]+,$/) {
		print FILENAME ":" FNR ": no row of the table" > "/dev/stderr"
		failed = 1
		exit 1
	}
	print ".It Er " substr($1, 2, length($1) - 2) " Ta Er " substr($3, 4, length($3) - 4)
	rows++
}
END {
	if (!failed && !rows) {
		print FILENAME ": no table of errors" > "/dev/stderr"
		failed = 1
	}
	if (failed)
		exit 1
	print ".El\n.Sh SEE ALSO\n.Xr errno 3 ,\n.Xr WSAGetLastError 3ws ,\n.Xr winsock-compat 7"
}
