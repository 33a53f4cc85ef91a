# Makes the headers that set the system's names aside from include/posix.in, whose head comment
# is the grammar, and constants.in: a macro of ours is no enumerator of the system's.
#   -v make=hide   wsc/hide.h
#   -v make=show   wsc/show.h

function fail(message) {
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

BEGIN {
	if (make == "hide") {
		print "/* Read before a header of the system, made from posix.in: a function or type that Winsock"
		print " * has too is called posix_NAME, and nobody's macro of such a name is in the way. */"
	} else if (make == "show") {
		print "/* Read after a header of the system, made from posix.in: its constants are set aside as"
		print " * POSIX_NAME, and all names mean again what they meant before hide.h. */"
	} else
		fail("make=" make "?")
}

/^#( |$)/ || /^$/ { next }

FILENAME ~ /posix\.in$/ && $1 !~ /^(function|variable|type|constant|macro)$/ { fail("\"" $1 "\" is no kind") }

FILENAME ~ /constants\.in$/ {
	if (NF > 1 && !($1 in kind)) {
		kind[$1] = "macro"
		names[++count] = $1
	}
	next
}

{
	for (i = 2; i <= NF; i++) {
		if ($i !~ /^[A-Za-z_][A-Za-z0-9_]*$/)
			fail("\"" $i "\" is no name")
		if ($i in kind)
			fail($i " is there already")
		kind[$i] = $1
		names[++count] = $i
	}
}

END {
	if (failed)
		exit 1
	for (i = 1; i <= count; i++) {
		name = names[i]
		if (make == "hide") {
			print "#pragma push_macro(\"" name "\")"
			print "#undef " name
			# The pragma's words are macro-expanded: it comes before the #define.
			if (kind[name] ~ /function|variable/)
				print "#pragma redefine_extname posix_" name " " name
			if (kind[name] ~ /function|variable|type/)
				print "#define " name " posix_" name
			# The system's headers build upon each other's constants.
			else if (kind[name] == "constant")
				print "#ifdef POSIX_" name "\n#define " name " POSIX_" name "\n#endif"
		} else if (kind[name] == "constant") {
			print "#if defined " name " && !defined POSIX_" name
			print "enum { POSIX_" name " = " name " };"
			print "#define POSIX_" name " POSIX_" name
			print "#endif"
		}
	}
	for (i = 1; make == "show" && i <= count; i++)
		print "#pragma pop_macro(\"" names[i] "\")"
	if (make == "show")
		print "#include \"wsc/timeofday.h\""
}
