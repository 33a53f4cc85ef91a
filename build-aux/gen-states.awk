# Makes the rows of t/states.c from the tables in doc/design.md, "The life of a socket": below a line "### KIND" each
# row of a table is a state, and each column a call. A cell is the outcome and its source.
#
#	ROW(TCP, "connecting", RECV, "WSAENOTCONN", 'w')

function fail(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text >"/dev/stderr"
	failed = 1
	exit 1
}

BEGIN {
	split("bind connect listen accept send recv sendto recvfrom getsockname getpeername SD_RECEIVE SD_SEND SD_BOTH " \
	      "SO_ERROR select closesocket", calls)
	for (i in calls)
		known[calls[i]] = 1
	names["SD_RECEIVE"] = "SHUT_RECEIVE"
	names["SD_SEND"] = "SHUT_SEND"
	names["SD_BOTH"] = "SHUT_BOTH"
	names["SO_ERROR"] = "SO_ERROR_IS"
	names["closesocket"] = "CLOSE"
	FS = " *[|] *"
}

/^## / { inside = $0 == "## The life of a socket" }
!inside { next }

/^### / {
	kind = substr($0, 5)
	if (kind != "TCP" && kind != "UDP" && kind != "AF_UNIX")
		fail("unknown kind of socket " kind)
	sub(/AF_/, "", kind)
	next
}

/^[|] state / {
	delete columns
	for (i = 3; i < NF; i++) {
		if (!($i in known))
			fail("unknown call " $i)
		columns[i] = $i in names ? names[$i] : toupper($i)
	}
	width = NF
	next
}

/^[|]-/ { next }

/^[|]/ && kind {
	if (NF != width)
		fail("a row of another length")
	for (i = 3; i < NF; i++) {
		if (split($i, cell, " ") != 2 || cell[2] !~ /^[wpo]$/)
			fail("a cell that is not an outcome and a source: " $i)
		if (cell[1] == "ok")
			outcome = "success"
		else if (cell[1] ~ /^E[A-Z]+$/)
			outcome = "WSA" cell[1]
		else if (cell[1] ~ /^([01]|none|r?w?e?)$/)
			outcome = cell[1]
		else
			fail("unknown outcome " cell[1])
		printf "ROW(%s, \"%s\", %s, \"%s\", '%s')\n", kind, $2, columns[i], outcome, cell[2]
		rows++
	}
}

END {
	if (!failed && !rows)
		fail("no rows")
}
