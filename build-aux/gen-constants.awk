# Makes C from include/constants.in; its head comment is the grammar.
#   -v make=public -v header=winsock2.h   the #defines of that public header
#   -v make=public -v header=winsock.h    those of every row marked 1.1
#   -v make=library                       WS_NAME for all of them
#   -v make=check                         a CONSTANT() line for each, for t/constants.c

function fail(message) {
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

function expression(    text) {
	text = value ~ /^-/ ? "(" value ")" : value
	return type ? "(" type value ")" : text
}

BEGIN {
	if (make == "public")
		print "/* Constants of " header ", made from constants.in. */"
	else if (make == "library")
		print "/* Every constant of Winsock as WS_NAME, made from constants.in. */"
	else if (make == "check")
		print "/* Every constant of Winsock, made from constants.in. */"
	else
		fail("make=" make "?")
}

/^#( |$)/ || /^$/ { next }

/^\[[a-z0-9_]+\.h\]$/ {
	section = substr($0, 2, length($0) - 2)
	sections[section] = 1
	next
}

{
	if (!section)
		fail("a constant before any [HEADER]")
	if ($1 !~ /^[A-Za-z_][A-Za-z0-9_]*$/)
		fail("\"" $1 "\" is no name")
	if ($2 !~ /^(-?[0-9]+|0x[0-9a-f]+)$/)
		fail("\"" $2 "\" is no value")
	if ($1 in seen)
		fail($1 " is there already, in line " seen[$1])
	seen[$1] = FNR
	name = $1
	value = $2
	type = ""
	own = old = enumerator = 0
	for (i = 3; i <= NF; i++) {
		if ($i ~ /^\([A-Za-z_]+\)$/)
			type = $i
		else if ($i == "default")
			own = 1
		else if ($i == "enum")
			enumerator = 1
		else if ($i == "1.1")
			old = 1
		else
			fail("\"" $i "\" is not known")
	}
	if (make == "library")
		printf "#define WS_%-44s %s\n", name, value ~ /^-/ ? "(" value ")" : value
	else if (make == "check")
		printf "#if %s\nCONSTANT(%s, %s, %s)\n#else\nMISSING(%s)\n#endif\n",
			enumerator ? "1" : "defined " name, section, name, value ~ /^-/ ? "(" value ")" : value, name
	else if (section == header || (header == "winsock.h" && old)) {
		if (own)
			print "#ifndef " name
		printf "#define %-47s %s\n", name, expression()
		if (own)
			print "#endif"
	}
}

END {
	if (!failed && make == "public" && header != "winsock.h" && !(header in sections))
		fail("no [" header "] here")
}
