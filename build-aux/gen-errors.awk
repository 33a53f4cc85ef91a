# Makes C and a page from include/constants.in and winsock-compat/errors.in, read in this order; the
# head comment of the latter is its grammar.
#   -v make=library   the rows of winsock-compat/error.c and message.c
#   -v make=test      those of t/errors.c
#   -v make=page      winsock-compat-errors(7)

function fail(message) {
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

# The columns from this one on.
function rest(column,    i, text) {
	for (i = column; i <= NF; i++)
		text = text (i > column ? " " : "") $i
	return text
}

function need(columns, names) {
	if (NF < columns)
		fail(names)
}

# Whether a code of Winsock has a text, or one of Windows' own has.
function check_code(name) {
	if (!(name in text_of))
		fail("\"" name "\" is neither in [errors] nor in [system]")
}

BEGIN {
	if (make != "library" && make != "test" && make != "page")
		fail("make=" make "?")
	known["errors"] = known["system"] = known["errno"] = known["eai"] = known["resolver"] = known["status"] = 1
}

FNR == 1 { file++ }
/^#/ || /^$/ { next }

# The numbers of the names.
file == 1 {
	if (!/^\[/)
		number[$1] = $2
	next
}

/^\[/ {
	section = substr($1, 2, length($1) - 2)
	if (!(section in known))
		fail("[" section "] is not known")
	if (NF > 1)
		fail("a section is alone in its line")
	next
}

!section { fail("a row before any [SECTION]") }

section == "errors" || section == "system" {
	need(3, "NAME SOURCE TEXT")
	if (!($1 in number))
		fail("\"" $1 "\" is not in constants.in")
	if ($1 in text_of || number[$1] in code_of)
		fail($1 " or its number is there already")
	if ($2 !~ /^(codes|header)$/)
		fail("\"" $2 "\" is no source")
	if ($NF !~ /[.)]$/)
		fail("a text is a sentence")
	code[++codes] = $1
	code_of[number[$1]] = $1
	section_of[$1] = section
	source_of[$1] = $2
	text_of[$1] = rest(3)
	next
}

section == "errno" {
	need(4, "ERRNO ERROR WHEN NOTE")
	check_code($2)
	if ($1 !~ /^E[A-Z]+$/)
		fail("\"" $1 "\" is no errno")
	if ($3 !~ /^(default|call)$/)
		fail("\"" $3 "\" is neither default nor call")
	if ($3 == "default" && $1 in default_of)
		fail($1 " has a default already")
	if ($3 == "call" && $4 == "-")
		fail("which call?")
	if (($1, $2) in pair)
		fail($1 " is " $2 " already")
	pair[$1, $2] = 1
	posix[++posixes] = $1
	winsock[posixes] = $2
	when[posixes] = $3
	note[posixes] = $4 == "-" ? "" : rest(4)
	if ($3 == "default")
		default_of[$1] = $2
	next
}

section == "eai" || section == "resolver" {
	need(4, "NAME ERROR LINUX SOURCE")
	if ($2 != "errno")
		check_code($2)
	if ($1 != "-" && (!($1 in number) || number[$1] != number[$2]))
		fail($1 " is not the number of " $2)
	if ($3 != "-" && $3 !~ /^[A-Z_]+$/)
		fail("\"" $3 "\" is no name")
	if ($3 != "-" && (section, $3) in linux_seen)
		fail($3 " is there already")
	linux_seen[section, $3] = 1
	kind[++names] = section
	name[names] = $1
	name_is[names] = $2
	linux[names] = $3
	name_source[names] = rest(4)
	next
}

section == "status" {
	need(6, "STATUS NUMBER ERROR SYSTEM WHEN SOURCE")
	check_code($3)
	check_code($4)
	if ($2 !~ /^0x[0-9a-f]+$/ || length($2) != 10)
		fail("\"" $2 "\" is no NTSTATUS")
	if ($2 in status_seen)
		fail($2 " is there already, as " status_seen[$2])
	if ($5 !~ /^(left|seen)$/)
		fail("\"" $5 "\" is neither left nor seen")
	if ($5 == "left" && $3 in left_by)
		fail($3 " leaves " left_by[$3] " already")
	if ($5 == "left")
		left_by[$3] = $1
	status_seen[$2] = $1
	status[++statuses] = $1
	status_number[statuses] = $2
	status_error[statuses] = $3
	status_system[statuses] = $4
	status_left[statuses] = $5 == "left"
	status_source[statuses] = rest(6)
}

function quoted(text) {
	gsub(/[\\"]/, "\\\\&", text)
	return "\"" text "\""
}

function library(    i) {
	print "/* The rows of error.c and message.c, made from errors.in. */\n\n#ifdef ERROR_TEXT"
	for (i = 1; i <= codes; i++)
		printf "ERROR_TEXT(%s, %s)\n", code[i], quoted(text_of[code[i]])
	print "#endif\n\n#ifdef FROM_ERRNO"
	for (i = 1; i <= posixes; i++)
		if (when[i] == "default")
			printf "FROM_ERRNO(%s, %s)\n", posix[i], winsock[i]
	print "#endif\n\n/* Not every libc has them all. */"
	for (i = 1; i <= names; i++)
		if (linux[i] != "-" && name_is[i] != "errno")
			printf "#if defined FROM_%s && defined %s\nFROM_%s(%s, %s)\n#endif\n", toupper(kind[i]), linux[i],
				toupper(kind[i]), linux[i], name_is[i]
	print "\n#ifdef STATUS"
	for (i = 1; i <= statuses; i++)
		printf "STATUS(%s, %s, %s, %d)\n", status_number[i], status_error[i], status_system[i], status_left[i]
	print "#endif"
}

# The numbers, not the names: other headers may lack some.
function test(    i) {
	print "/* The rows of t/errors.c, made from errors.in. */\n\n#ifdef ERROR_TEXT"
	for (i = 1; i <= codes; i++)
		printf "ERROR_TEXT(\"%s\", %s, %s)\n", code[i], number[code[i]], quoted(text_of[code[i]])
	print "#endif\n\n#ifdef FROM_ERRNO"
	for (i = 1; i <= posixes; i++)
		if (when[i] == "default")
			printf "FROM_ERRNO(%s, %s)\n", posix[i], number[winsock[i]]
	print "#endif\n"
	for (i = 1; i <= names; i++)
		if (linux[i] != "-")
			printf "#if defined FROM_%s && defined POSIX_%s\nFROM_%s(%s, %s)\n#endif\n", toupper(kind[i]), linux[i],
				toupper(kind[i]), linux[i], name_is[i] == "errno" ? -1 : number[name_is[i]]
	print ""
	for (i = 1; i <= names; i++)
		if (name[i] != "-")
			printf "#if defined NAMED && defined %s\nNAMED(%s, %s)\n#endif\n", name[i], name[i], number[name_is[i]]
	for (i = 1; i <= statuses; i++)
		printf "#if defined NAMED && defined %s\nNAMED(%s, %s)\n#endif\n", status[i], status[i], status_number[i]
	print "\n#ifdef STATUS"
	for (i = 1; i <= statuses; i++)
		printf "STATUS(%s, %s, %s, %s, %d)\n", status[i], status_number[i], number[status_error[i]],
			number[status_system[i]], status_left[i]
	print "#endif"
}

function names_of(section,    i) {
	print ".Bl -tag -width Ds"
	for (i = 1; i <= names; i++) {
		if (kind[i] != section)
			continue
		printf ".It %s\n", name[i] == "-" ? "only Linux: Dv " linux[i] : "Dv " name[i]
		if (name_is[i] == "errno")
			print "As\n.Va errno\nsays."
		else
			printf "%s,\n.Er %s .\n", number[name_is[i]], name_is[i]
		if (name[i] != "-")
			print "Linux: " (linux[i] == "-" ? "nothing." : "\n.Dv " linux[i] " .")
		print "Source: " name_source[i] "."
	}
	print ".El"
}

function codes_of(section,    i, j) {
	print ".Bl -tag -width Ds"
	for (i = 1; i <= codes; i++) {
		if (section_of[code[i]] != section)
			continue
		printf ".It Er %s\n%s.\n%s\n", code[i], number[code[i]], text_of[code[i]]
		for (j = 1; j <= posixes; j++)
			if (winsock[j] == code[i])
				printf ".br\nErrno:\n.Er %s%s\n", posix[j], note[j] ? " ,\n" note[j] "." : " ."
		for (j = 1; j <= statuses; j++)
			if (status_error[j] == code[i])
				printf ".br\nNTSTATUS: %s, %s%s.\n", status[j], status_number[j],
					status_left[j] ? ", which an operation leaves that fails so" : ""
		printf ".br\nSource: %s.\n", source_of[code[i]]
	}
	print ".El"
}

function manual(    i) {
	print ".\\\" Made by build-aux/gen-errors.awk from winsock-compat/errors.in."
	print ".Dd November 22, 2026\n.Dt WINSOCK-COMPAT-ERRORS 7\n.Os\n.Sh NAME\n.Nm winsock-compat-errors"
	print ".Nd the errors of the Winsock compatibility library\n.Sh DESCRIPTION"
	print "Every error that a call of Winsock can have: its number, the text that\n.Xr FormatMessageA 3ws\ngives for it,"
	print "what it is called here, and in the\n.Vt NTSTATUS\nof an overlapped operation."
	print "When the kernel refuses what a call asks for, the call fails with the error that has the\n.Va errno"
	print "here; where one stands at several errors, it says which call means it so."
	print "An\n.Va errno\nthat is nowhere here becomes\n.Er WSASYSCALLFAILURE ,"
	print "an\n.Vt NTSTATUS\nof failure\n.Er WSAEINVAL ."
	print "An operation that fails with an error without an\n.Vt NTSTATUS\nleaves 0xe0070000 with the code in its lower half."
	print ".Pp\nSources are Microsoft's page of error codes, that of getaddrinfo, Microsoft's headers, and Wine's tests,"
	print "which are run on real Windows."
	print ".Sh CODES"
	codes_of("errors")
	print ".Sh CODES OF THE SYSTEM\nCodes of Windows' own, which have a text too."
	codes_of("system")
	print ".Sh NAMES OF GETADDRINFO\nOther names of the same numbers, and what Linux' codes become."
	names_of("eai")
	print ".Sh NAMES OF GETHOSTBYNAME"
	names_of("resolver")
	print ".Sh NTSTATUS"
	print "What an overlapped operation has left in\n.Va Internal :\nits number, what\n.Fn WSAGetOverlappedResult\nmakes of it,\nand what"
	print ".Fn GetOverlappedResult\ndoes, which knows nothing of Winsock."
	print ".Bl -tag -width Ds"
	for (i = 1; i <= statuses; i++)
		printf ".It Dv %s\n%s.\n.Er %s ;\n.Er %s .\nSource: %s.\n", status[i], status_number[i], status_error[i],
			status_system[i], status_source[i]
	print ".El\n.Sh SEE ALSO\n.Xr errno 3 ,\n.Xr FormatMessageA 3ws ,\n.Xr WSAGetLastError 3ws ,\n.Xr winsock-compat 7 ,\n.Xr winsock-compat-options 7"
}

END {
	if (failed)
		exit 1
	if (!codes || !posixes || !names || !statuses) {
		print FILENAME ": a section is missing" > "/dev/stderr"
		exit 1
	}
	if (make == "library")
		library()
	else if (make == "test")
		test()
	else
		manual()
}
