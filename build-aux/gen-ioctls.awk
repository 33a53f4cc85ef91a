# Makes C and a manual page from winsock-compat/ioctls.in; its head comment is the grammar.
# Usage: awk -f gen-ioctls.awk -v make=WHAT constants.in ioctls.in [ioctls.wine]
#   -v make=library   the rows and the index of their numbers, for ioctl.c
#   -v make=test      the rows for t/ioctls.c
#   -v make=page      doc/winsock-compat-ioctls.7, which needs t/ioctls.wine

function fail(message) {
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

function number(text,    value, i) {
	if (text !~ /^0x/)
		return text + 0
	for (i = 3; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value
}

function error(name) {
	if (name !~ /^WSA/ || !(name in value))
		fail("\"" name "\" is no error")
	return name
}

# SIZE/ERROR
function size(text, which,    parts, count) {
	count = split(text, parts, "/")
	refusal[which] = count > 1 ? error(parts[2]) : "WSAEFAULT"
	form[which] = "AT_LEAST"
	least[which] = most[which] = 0
	if (count > 2)
		fail("\"" text "\" is no SIZE/ERROR")
	if (parts[1] == "-")
		form[which] = "NONE"
	else if (parts[1] == "*")
		form[which] = "HANDLERS"
	else if (parts[1] == "P")
		least[which] = most[which] = "sizeof(void *)"
	else if (parts[1] ~ /^=[0-9]+$/) {
		form[which] = "EXACT"
		least[which] = most[which] = substr(parts[1], 2)
	} else if (parts[1] ~ /^[0-9]+\.\.[0-9]+$/) {
		least[which] = parts[1] + 0
		most[which] = substr(parts[1], index(parts[1], "..") + 2)
	} else if (parts[1] ~ /^[0-9]+$/)
		least[which] = most[which] = parts[1]
	else
		fail("\"" parts[1] "\" is no size")
	if (most[which] + 0 > 16)
		fail("an argument has 16 bytes: what is larger is for the handler to look at, *")
}

# KINDS/ERROR: the bits
function sockets(text,    parts, words, count, i, bits, kind) {
	count = split(text, parts, "/")
	other = count > 1 ? error(parts[2]) : ""
	count = split(parts[1], words, ",")
	for (i = 1; i <= count; i++) {
		if (!(words[i] in kinds_of))
			fail("\"" words[i] "\" is no kind of socket")
		for (kind = 0; kind < KINDS; kind++)
			if (index(" " kinds_of[words[i]] " ", " " kind " ") && !(int(bits / 2 ^ kind) % 2))
				bits += 2 ^ kind
	}
	if ((other == "") != (bits == 2 ^ KINDS - 1))
		fail("an error is for the sockets that are left out, if there are any")
	return bits
}

# What each kind gives, into fresh[]
function fresh_results(text,    words, count, i, parts, kind) {
	count = split(text, words, ",")
	for (i = 1; i <= count; i++) {
		if (split(words[i], parts, ":") == 1) {
			if (i > 1)
				fail("\"" words[i] "\": a result is for a KIND:")
			parts[2] = parts[1]
			parts[1] = "all"
		}
		if (!(parts[1] in kinds_of))
			fail("\"" parts[1] "\" is no kind of socket")
		for (kind = 0; kind < KINDS; kind++)
			if (index(" " kinds_of[parts[1]] " ", " " kind " "))
				fresh[kind] = parts[2] == "ok" ? 0 : error(parts[2])
	}
}

function one_of(word, list) {
	if (index(" " list " ", " " word " ") == 0)
		fail("\"" word "\" is none of: " list)
	return toupper(word)
}

function windows(since) {
	if (!(since in versions))
		fail("\"" since "\" is no Windows")
	return versions[since]
}

BEGIN {
	if (make != "library" && make != "test" && make != "page")
		fail("make=" make "?")
	CONVFMT = OFMT = "%.0f" # the codes are too large for some awk's idea of an integer
	KINDS = split("tcp4 tcp6 udp4 udp6 raw4 raw6 unix", names, " ")
	for (i = 1; i <= KINDS; i++) {
		kinds_of[names[i]] = i - 1
		kinds_of["all"] = kinds_of["all"] " " (i - 1)
	}
	kinds_of["tcp"] = "0 1"
	kinds_of["udp"] = "2 3"
	kinds_of["raw"] = "4 5"
	split("- 2000 xp vista 7 8 8.1 10 11", names, " ")
	split("2000 2000 XP VISTA 7 8 8_1 10 11", enumerators, " ")
	for (i in names)
		versions[names[i]] = "WINDOWS_" enumerators[i]
	if (make == "library")
		print "/* The ioctls, made from ioctls.in. */\nstatic const struct ioctl ioctls[] = {"
	else if (make == "test")
		print "/* The ioctls, made from ioctls.in: ROW(name, code, in form, least, most, error, out..., kept, kinds," \
			"\n * error of others, fresh results, overlapped, outcome). */"
}

/^#( |$)/ || /^$/ { next }

# The names and values of constants.in
FILENAME ~ /constants\.in$/ {
	if ($1 !~ /^\[/) {
		value[$1] = number($2)
		header[$1] = section
		hexadecimal[$1] = $2
	} else
		section = substr($1, 2, length($1) - 2)
	next
}

# What Wine does: NAME KIND DIFFERENCES
FILENAME ~ /ioctls\.wine$/ {
	if (!($1 in row_of))
		fail("\"" $1 "\" is no row of ioctls.in")
	if (!($2 in kinds_of))
		fail("\"" $2 "\" is no kind of socket")
	text = $0
	sub(/^[^ ]+ [^ ]+ /, "", text)
	for (i = 1; i <= wine_count[$1]; i++)
		if (wine_text[$1, i] == text)
			break
	if (i > wine_count[$1])
		wine_count[$1] = i
	wine_text[$1, i] = text
	wine_kinds[$1, i] = wine_kinds[$1, i] (wine_kinds[$1, i] == "" ? "" : ", ") $2
	next
}

FILENAME ~ /ioctls\.in$/ && /^\[/ {
	if ($0 !~ /^\[[a-z0-9 ,.\/]+\]$/)
		fail("\"" $0 "\" is no [GROUP]")
	group = substr($0, 2, length($0) - 2)
	next
}

$2 == "=" {
	if (NF < 5 || !($3 in row_of))
		fail("\"" $3 "\" is no row above")
	if (!($1 in value) || value[$1] != value[$3])
		fail($1 " and " $3 " differ in number")
	if ($1 in row_of)
		fail($1 " is there already")
	windows($4)
	row_of[$1] = row_of[$3]
	aliases[row_of[$1]] = aliases[row_of[$1]] " " $1
	next
}

{
	if (NF < 13)
		fail("a row has at least thirteen columns")
	if (!($1 in value))
		fail("\"" $1 "\" is not in constants.in")
	if ($1 in row_of)
		fail($1 " is there already")
	if (value[$1] in numbers)
		fail($1 " has the number of " numbers[value[$1]] ": NAME = OTHER")
	numbers[value[$1]] = $1
	row_of[$1] = ++rows
	row_name[rows] = $1
	row_value[rows] = value[$1]
	size($2, "in")
	size($3, "out")
	kept = one_of($4, "0 kept") == "KEPT"
	bits = sockets($5)
	fresh_results($6)
	overlapped = one_of($7, "done quiet pends never fault later")
	outcome = one_of($8, "works answers refuses")
	if (outcome == "REFUSES")
		error($9)
	else if ($9 !~ /^[a-z_]+$/)
		fail("\"" $9 "\" is no handler")
	note = one_of($10, "kernel note") == "NOTE"
	since = windows($11)
	text = $0
	for (i = 1; i <= 11; i++)
		sub(/^[^ \t]+[ \t]+/, "", text)
	if (split(text, parts, /; */) < 2)
		fail("the end of a row is SOURCE; LINUX; NOTE")
	if (make == "library") {
		printf "\t{ .code = 0x%s, .name = \"%s\", .since = &wsc__windows[%s],\n", \
			substr(hexadecimal[$1], 3), $1, since
		printf "\t  .in = { %s, %s, %s, WS_%s }, .out = { %s, %s, %s, WS_%s },\n", \
			form["in"], least["in"], most["in"], refusal["in"], form["out"], least["out"], \
			most["out"], refusal["out"]
		printf "\t  .kinds = %d, .other = %s, .kept = %s, .noted = %s, .overlapped = %s,\n", \
			bits, other ? "WS_" other : "0", kept ? "true" : "false", note ? "true" : "false", overlapped
		if (outcome == "REFUSES")
			printf "\t  .refusal = WS_%s },\n", $9
		else
			printf "\t  .act = %s },\n", $9
	} else if (make == "test") {
		printf "ROW(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %d, %d, %s, %s, %s", \
			$1, hexadecimal[$1], form["in"], least["in"], most["in"], refusal["in"], form["out"], \
			least["out"], most["out"], refusal["out"], kept, bits, other ? other : "0", \
			overlapped, outcome
		for (i = 0; i < KINDS; i++)
			printf ", %s", fresh[i]
		print ")"
	} else if (make == "page")
		remember()
}

# What the page says of a row
function remember(    i, words) {
	page_group[rows] = group
	page_outcome[rows] = $8
	page_in[rows] = $2
	page_out[rows] = $3
	page_sockets[rows] = $5
	page_error[rows] = $9
	page_overlapped[rows] = $7
	page_since[rows] = $11
	page_source[rows] = parts[1]
	page_linux[rows] = parts[2]
	page_note[rows] = parts[3]
	for (i = 4; i in parts; i++)
		page_note[rows] = page_note[rows] "; " parts[i]
}

# So many slots that no two numbers meet in one
function make_index(    slots, i, at, met) {
	for (slots = rows; slots < 4096; slots++) {
		met = 0
		split("", slot)
		for (i = 1; i <= rows && !met; i++) {
			at = row_value[i] % slots
			met = at in slot
			slot[at] = i
		}
		if (!met)
			return slots
	}
	fail("the numbers do not come apart")
}

function library_end(    slots, i) {
	if (rows > 255)
		fail("too many rows for an index of bytes")
	slots = make_index()
	print "};\n\n/* The rows by the remainder of their numbers, in which no two meet; counted from 1. */"
	print "enum { IOCTL_SLOTS = " slots " };"
	print "static const unsigned char ioctl_index[IOCTL_SLOTS] = {"
	for (i = 0; i < slots; i++)
		if (i in slot)
			print "\t[" i "] = " slot[i] ","
	print "};"
}

function sizes_text(text,    parts) {
	split(text, parts, "/")
	if (parts[1] == "-")
		return "none"
	if (parts[1] == "*")
		return "varies"
	if (parts[1] == "P")
		return "a pointer's"
	sub(/^=/, "exactly ", parts[1])
	sub(/\.\./, " to ", parts[1])
	return parts[1]
}

function page_end(    i, j, count, words, before) {
	print ".\\\" Made by build-aux/gen-ioctls.awk from winsock-compat/ioctls.in and t/ioctls.wine."
	print ".Dd November 22, 2026\n.Dt WINSOCK-COMPAT-IOCTLS 7\n.Os"
	print ".Sh NAME\n.Nm winsock-compat-ioctls\n.Nd every ioctl of Winsock, and what becomes of it"
	print ".Sh DESCRIPTION\nWhat\n.Fn WSAIoctl\nand\n.Fn ioctlsocket\ndo with each code.\nIts outcome is one of three:"
	print ".Bl -tag -width refuses\n.It works\nas on Windows, by the means named."
	print ".It answers\nas Windows does, and checks what Windows checks, but has no effect here."
	print ".It refuses\nwith the error that Windows gives where it does not have the code either."
	print ".El\n.Pp\nBuffers are given in bytes: the least that is taken, and that is given.\n" \
		"A buffer that is too short, or\n.Dv NULL ,\nis\n.Er WSAEFAULT\nunless another error is named.\n" \
		"Sockets that are not named give the error after them.\n" \
		"A version of Windows older than the one named does not know the code:\n.Er WSAEOPNOTSUPP ."
	print ".Pp\nWine 8 ran the same test, which is made from the same table; what it did otherwise is said,\n" \
		"and nothing where it did the same.\n" \
		"AF_UNIX and raw IPv6 sockets it does not have."
	for (i = 1; i <= rows; i++) {
		if (page_group[i] != before) {
			if (before)
				print ".El"
			print ".Ss " toupper(substr(page_group[i], 1, 1)) substr(page_group[i], 2)
			print ".Bl -tag -width Ds"
			before = page_group[i]
		}
		print ".It Dv " row_name[i]
		count = split(aliases[i], words, " ")
		for (j = 1; j <= count; j++)
			print (j == 1 ? "Also\n" : "") ".Dv " words[j] (j < count ? " ," : " .\n.br")
		if (page_outcome[i] == "refuses")
			print "Refuses with\n.Er " page_error[i] " ."
		else if (page_outcome[i] == "works")
			print "Works:\n" page_linux[i] "."
		else
			print "Answers; there is no effect."
		if (page_note[i])
			print "(" toupper(substr(page_note[i], 1, 1)) substr(page_note[i], 2) ".)"
		printf ".br\nTakes %s, gives %s", sizes_text(page_in[i]), sizes_text(page_out[i])
		if (split(page_in[i], words, "/") > 1)
			printf " (input:\n.Er %s )", words[2]
		if (split(page_out[i], words, "/") > 1)
			printf " (output:\n.Er %s )", words[2]
		print "."
		if (split(page_sockets[i], words, "/") > 1) {
			gsub(/,/, ", ", words[1])
			print "Sockets: " words[1] "; others\n.Er " words[2] " ."
		}
		print "Overlapped: " page_overlapped[i] "."
		if (page_since[i] != "-")
			print "Since Windows " page_since[i] "."
		print "Source: " page_source[i] "."
		for (j = 1; j <= wine_count[row_name[i]]; j++)
			print ".br\nWine 8, " wine_kinds[row_name[i], j] " \\(em " wine_text[row_name[i], j] "."
	}
	print ".El\n.Ss Overlapped calls\n.Bl -tag -width never"
	print ".It done\nThe call is over when it returns, and the count of bytes is stored."
	print ".It quiet\nThe same, but the count is left alone."
	print ".It pends\n.Er WSA_IO_PENDING ;\nthe\n.Vt OVERLAPPED\ngets the status and the count."
	print ".It never\n.Er WSA_IO_PENDING ,\nand the status is\n.Dv STATUS_NOT_SUPPORTED ."
	print ".It fault\n.Er WSAEFAULT ."
	print ".It later\nWindows waits for something to happen; here it is\n.Er WSAEOPNOTSUPP\n" \
		"until there are pending operations."
	print ".El\n.Sh SEE ALSO\n.Xr ioctlsocket 3ws ,\n.Xr winsock-compat 7"
}

END {
	if (failed)
		exit 1
	if (!rows)
		fail("no rows")
	if (make == "library")
		library_end()
	else if (make == "page")
		page_end()
	if (failed)
		exit 1
}
