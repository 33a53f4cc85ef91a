# Makes winsock-compat-functions(7) and the rows of t/functions.c from winsock-compat/functions.in, whose head comment is
# the grammar, and from what else knows of functions.
#   -v make=page   the manual's page:  api.in functions.in HEADER... functions.wine TEST...
#   -v make=test   the rows:           api.in functions.in HEADER...
# A function that the table says is there, and api.in or the headers lack, is an error; so is one that is only there.
#
# Which tests call a function is read from their sources (t/*.c), comments and texts aside; a pointer is called where its
# WSAID_ stands. What Wine does otherwise are the reasons of the wine_todo() and wine_may_differ() around checks that call
# it, and that t/functions.wine says it is not there.

function fail(message) {
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

function fail_at(line, message) {
	print table ":" line ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

function one_of(what, value, list) {
	if (index(" " list " ", " " value " ") == 0)
		fail("\"" value "\" is no " what)
}

function rest(column,    i, text) {
	for (i = column; i <= NF; i++)
		text = text (i > column ? " " : "") $i
	return text
}

FNR == 1 {
	kind = FILENAME
	sub(/.*\//, "", kind)
	file = kind
	sub(/.*\./, "", kind)
	sub(/\.[a-z]*$/, "", file)
	section = ""
	comment = todo = statement = ""
	split("", text_of)
}

# api.in
file == "api" && kind == "in" {
	if (!/^#/ && NF)
		api[$1] = $2 " " $4
	next
}

# functions.in
kind == "in" && (/^#/ || /^$/) { next }
kind == "in" && /^\[/ {
	section = substr($1, 2, length($1) - 2)
	one_of("section", section, "parts reasons functions")
	table = FILENAME
	next
}
kind == "in" && section == "parts" { part[$1] = rest(2); next }
kind == "in" && section == "reasons" { reason[$1] = rest(2); next }
kind == "in" && section == "functions" {
	if (NF != 7)
		fail("a row has seven words, not " NF)
	if ($1 !~ /^[A-Za-z_][A-Za-z0-9_]*$/)
		fail("\"" $1 "\" is no name")
	one_of("place", $2, "ws2_32 mswsock inline guid table fwpuclnt networking")
	one_of("version of Winsock", $3, "1.1 2 -")
	one_of("version of Windows", $4, "2000 xp vista 7 8 10 11 -")
	one_of("use", $5, "core useful legacy provider obsolete")
	if ($6 !~ /^(works|refused)$/ && !(substr($6, 1, 6) == "later:" && substr($6, 7) in part) &&
	    !(substr($6, 1, 5) == "none:" && substr($6, 6) in reason))
		fail("\"" $6 "\" is no state")
	if ($7 !~ /^(exports|header|[a-z0-9_-]+\.md)$/)
		fail("\"" $7 "\" is no source")
	if (($1, $2) in seen)
		fail($1 " is there already, in line " seen[$1, $2])
	seen[$1, $2] = FNR
	line[++rows] = FNR
	name[rows] = $1
	where[rows] = $2
	since[rows] = $3
	windows[rows] = $4
	use[rows] = $5
	state[rows] = $6
	source[rows] = $7
	known[$1] = 1
	by_id["WSAID_" toupper($1)] = $1
	next
}
kind == "in" { fail("a row before any [section]") }

# The headers: every word may be a function.
kind == "h" {
	while (match($0, /[A-Za-z_][A-Za-z0-9_]*/)) {
		in_header[substr($0, RSTART, RLENGTH)] = 1
		$0 = substr($0, RSTART + RLENGTH)
	}
	next
}

# t/functions.wine: a name's row, and what differs
kind == "wine" {
	if (!/^#/ && NF) {
		if (!(($2, $1) in seen))
			fail($2 " is not in the table")
		wine_lacks[$2, $1] = rest(3)
	}
	next
}

# The tests

# What is in a statement of the test's: words that are functions, and whether it checks.
function read_statement(text,    word, checks) {
	checks = text ~ /(^|[^a-z_])(ok|is_int|is_hex|is_string|is_error|succeeds|fails|crashes|page_says|page_says_int)\(/
	while (match(text, /[A-Za-z_][A-Za-z0-9_]*/)) {
		word = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		if (word in by_id)
			word = by_id[word]
		else if (!(word in known))
			if (word "A" in known)
				word = word "A"
			else
				continue
		if (!((word, file) in is_tested)) {
			is_tested[word, file] = 1
			tests[word] = tests[word] (tests[word] ? " " : "") file
		}
		# These say what another function has done.
		if (todo && checks && word !~ /^(WSAGetLastError|WSASetLastError|GetLastError|htons|htonl|ntohs|ntohl)$/ &&
		    !((word, todo) in is_told)) {
			is_told[word, todo] = 1
			differs[word] = differs[word] (differs[word] ? "\n" : "") todo
		}
	}
}

function without_texts(text,    at, end) {
	gsub(/"([^"\\]|\\.)*"/, "", text)
	if (comment) {
		end = index(text, "*/")
		if (!end)
			return ""
		text = substr(text, end + 2)
		comment = ""
	}
	while ((at = index(text, "/*"))) {
		end = index(substr(text, at + 2), "*/")
		if (!end) {
			comment = 1
			return substr(text, 1, at - 1)
		}
		text = substr(text, 1, at - 1) " " substr(text, at + end + 3)
	}
	return text
}

kind == "c" {
	original = $0
	if (match(original, /^static const char [a-z_]+\[\] = ".*";/)) {
		split(original, words, /[ \[]/)
		match(original, /".*"/)
		text_of[words[4]] = substr(original, RSTART + 1, RLENGTH - 2)
	}
	if (match(original, /wine_(todo|may_differ)\([^;]*\);/)) {
		todo = substr(original, RSTART, RLENGTH - 2)
		sub(/^wine_(todo|may_differ)\(/, "", todo)
		if (todo in text_of)
			todo = text_of[todo]
		else if (todo ~ /^".*"$/)
			todo = substr(todo, 2, length(todo) - 2)
		else
			todo = "it differs"
	}
	$0 = without_texts(original)
	if (/^#/)
		next
	while (match($0, /[;{}]/)) {
		statement = statement substr($0, 1, RSTART - 1)
		$0 = substr($0, RSTART + 1)
		read_statement(statement)
		statement = ""
	}
	statement = statement $0 " "
	if (original ~ /todo_end\(\)/)
		todo = ""
	next
}

function is_there(i) {
	return state[i] == "works" || state[i] == "refused"
}

# What the table says, against what there is. Functions of windows.h are no part of Winsock.
function compare(    i, row, words) {
	for (i = 1; i <= rows; i++) {
		if (where[i] == "inline") {
			if (is_there(i) && !(name[i] in in_header))
				fail_at(line[i], name[i] " is " state[i] ", and in no header")
		} else if (where[i] == "guid" || where[i] == "table") {
			# Whether it is given out, t/functions.c asks.
		} else if (is_there(i)) {
			if (!(name[i] in api))
				fail_at(line[i], name[i] " is " state[i] ", and not in api.in")
		} else if (name[i] in api && api[name[i]] !~ / pointer$/) {
			fail_at(line[i], name[i] " is " state[i] ", and in api.in: say \"works\" here")
		}
	}
	for (row in api) {
		split(api[row], words)
		if (words[1] != "windows.h" && !(row in known)) {
			print table ": " row " of api.in is not here" > "/dev/stderr"
			failed = 1
			exit 1
		}
	}
}

# The page

function library(i) {
	if (where[i] == "inline")
		return "In a header"
	if (where[i] == "guid" || where[i] == "table")
		return "A pointer"
	if (where[i] == "networking")
		return "windows.networking.dll"
	return where[i] ".dll"
}

function age(i,    text) {
	text = since[i] == "-" ? "" : ", Winsock " since[i]
	if (windows[i] != "-")
		text = text ", Windows " (windows[i] ~ /^[a-z]/ ? toupper(substr(windows[i], 1, 1)) substr(windows[i], 2) : windows[i])
	sub(/Windows Xp/, "Windows XP", text)
	return text
}

function safe(text) {
	gsub(/\\/, "\\e", text)
	if (text ~ /^[.']/)
		text = "\\\&" text
	return text
}

function wine_says(i,    lines, count, k) {
	if ((name[i], where[i]) in wine_lacks) {
		print ".br\nWine 8: " wine_lacks[name[i], where[i]] "."
		return
	}
	if (where[i] == "table" || where[i] == "fwpuclnt" || where[i] == "networking")
		return
	if (where[i] == "inline") {
		if (!differs[name[i]])
			return
	} else
		print ".br\nWine 8: it is there" (differs[name[i]] ? ", but" : ".")
	count = split(differs[name[i]], lines, "\n")
	for (k = 1; k <= count; k++)
		print (where[i] == "inline" && k == 1 ? ".br\nWine 8: " : "") safe(lines[k]) (k < count ? ";" : ".")
}

function row_of(i,    text) {
	text = state[i]
	print ".It Fn " name[i]
	print library(i) age(i) "; " use[i] "."
	if (state[i] == "refused")
		print "It always fails."
	else if (sub(/^later:/, "", text))
		print "Part of: " part[text] "."
	else if (sub(/^none:/, "", text))
		print reason[text]
	if (is_there(i)) {
		text = tests[name[i]] ? tests[name[i]] : "none"
		gsub(/ /, ", ", text)
		print ".br\nTests: " text "."
	}
	wine_says(i)
	print ".br\nSource: " (source[i] == "exports" ? "the list of exports" : source[i]) "."
}

function list(pattern,    i) {
	print ".Bl -tag -width Ds"
	for (i = 1; i <= rows; i++)
		if (state[i] ~ pattern)
			row_of(i)
	print ".El"
}

function page(    i, there, tested, refused, later, none, documented, undocumented) {
	for (i = 1; i <= rows; i++) {
		if (source[i] == "exports")
			undocumented++
		else
			documented++
		if (is_there(i)) {
			there++
			tested += tests[name[i]] != ""
			refused += state[i] == "refused"
		} else if (state[i] ~ /^later/)
			later++
		else
			none++
	}
	print ".\\\" Made by build-aux/gen-functions.awk from winsock-compat/functions.in, api.in and the tests."
	print ".Dd November 27, 2026\n.Dt WINSOCK-COMPAT-FUNCTIONS 7\n.Os\n.Sh NAME\n.Nm winsock-compat-functions"
	print ".Nd the functions of Winsock, and what there is of them"
	print ".Sh DESCRIPTION"
	print "Every function of Winsock: " rows " of them, of which " documented " have a page of Microsoft's and"
	print undocumented " are only known from the lists of what its libraries export."
	print ".Bl -column \"that always fail, as they do there\" \"999\""
	print ".It there Ta " there
	print ".It with a test Ta " tested
	print ".It that always fail Ta " refused + 0
	print ".It to come Ta " later + 0
	print ".It not offered Ta " none + 0
	print ".El\n.Pp"
	print "Each has: the library that exports it on Windows, the version of Winsock that it came with, the first Windows"
	print "that has it, if not all have, and by how many programs it is called (core, useful, legacy; provider: only by"
	print "providers of services; obsolete); the tests that call it, by the names of their files in"
	print ".Pa t/ ;\nwhat Wine 8 does when these run there; and the source."
	print "What a function does here is on its own page."
	print ".Sh THERE"
	list("^(works|refused)$")
	print ".Sh TO COME"
	list("^later")
	print ".Sh NOT OFFERED"
	list("^none")
	print ".Sh SEE ALSO\n.Xr winsock-compat 7 ,\n.Xr winsock-compat-errors 7 ,\n.Xr winsock-compat-ioctls 7 ,"
	print ".Xr winsock-compat-options 7"
}

function test(    i) {
	print "/* The rows of t/functions.c, made from functions.in. */\n"
	for (i = 1; i <= rows; i++) {
		if (where[i] == "ws2_32" || where[i] == "mswsock")
			printf "EXPORT(%s, %s, %d)\n", where[i], name[i], is_there(i)
		else if (where[i] == "guid")
			printf "POINTER(%s, WSAID_%s, %d)\n", name[i], toupper(name[i]), is_there(i)
	}
}

END {
	if (failed)
		exit 1
	if (!rows) {
		print "no functions" > "/dev/stderr"
		exit 1
	}
	compare()
	if (failed)
		exit 1
	if (make == "page")
		page()
	else if (make == "test")
		test()
	else {
		print "make=" make "?" > "/dev/stderr"
		exit 1
	}
}
