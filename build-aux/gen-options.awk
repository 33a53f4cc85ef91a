# Makes C and a page from include/constants.in and winsock-compat/options.in, read in this order; the
# head comment of the latter is its grammar.
#   -v make=library   the rows of winsock-compat/options.c
#   -v make=test      those of t/options.c
#   -v make=linux     and of t/options-linux.c
#   -v make=page      winsock-compat-options(7); t/options.wine, the third file, says what Wine does

function fail(message) {
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

# The words that a list has.
function list(name, text,    words, i, n) {
	n = split(text, words, " ")
	for (i = 1; i <= n; i++)
		known[name, words[i]] = 1
}

# The word as an enumerator: PREFIX_WORD.
function enumerator(prefix, name, word) {
	if (!((name, word) in known))
		fail("\"" word "\" is no " name)
	word = toupper(word)
	gsub(/[-.]/, "_", word)
	return prefix word
}

# Several words, of which "-" is none.
function enumerators(prefix, name, text,    words, i, n, result) {
	if (text == "-")
		return "0"
	n = split(text, words, ",")
	for (i = 1; i <= n; i++)
		result = result (i > 1 ? " | " : "") enumerator(prefix, name, words[i])
	return result
}

# The columns from this one on.
function rest(column,    i, text) {
	for (i = column; i <= NF; i++)
		text = text (i > column ? " " : "") $i
	return text
}

# A number of bytes, if only as C sees it.
function bytes(text, size) {
	text = text == "size" ? size : text
	if (text !~ /^([0-9]+|sizeof\([A-Z_0-9]+\))$/)
		fail("\"" text "\" is no number of bytes")
	return text
}

# The kinds of sockets that a word stands for, as it does in SOCKETS.
function stands_for(word, i) {
	if (word == "any")
		return 1
	if (word == "ip")
		return kind[i] != "unix"
	if (word == "stream")
		return kind[i] ~ /^(tcp|unix)$/
	if (word == "datagram")
		return kind[i] ~ /^(udp|raw)$/
	return kind[i] == word
}

# A value for every kind of socket, or one for each KIND:VALUE; "-" for those without one. A kind that
# is named twice has the later value.
function by_kind(text, pattern, what, values,    words, pair, count, i, j) {
	count = split(text, words, ",")
	for (j = 1; j <= kinds; j++)
		values[j] = "-"
	for (i = 1; i <= count; i++) {
		if (split(words[i], pair, ":") == 1) {
			pair[2] = pair[1]
			pair[1] = "any"
		}
		enumerator("", "kind of socket", pair[1])
		if (pair[2] !~ pattern)
			fail("\"" words[i] "\" is no " what)
		for (j = 1; j <= kinds; j++)
			if (stands_for(pair[1], j))
				values[j] = pair[2]
	}
}

# One side of HANDLER: a function with its argument, or an error for each kind of socket.
function handler(side, text,    function_name, errors, i) {
	if (text == "-")
		text = "WSAENOPROTOOPT"
	if (text ~ /(^|:)WSA/) {
		by_kind(text, "^WSA[A-Z]+$", "error", errors)
		for (i = 1; i <= kinds; i++) {
			if (errors[i] != "-" && !(errors[i] in number))
				fail("\"" errors[i] "\" is no error")
			refusal[row, side, i] = errors[i]
		}
		return ""
	}
	for (i = 1; i <= kinds; i++)
		refusal[row, side, i] = "-"
	function_name = text
	sub(/\(.*/, "", function_name)
	if (text ~ /\(/)
		argument[row] = substr(text, index(text, "(") + 1, length(text) - index(text, "(") - 1)
	if (function_name !~ /^[a-z][a-z_0-9]*$/)
		fail("\"" text "\" is neither a handler nor an error")
	if (!((side, function_name) in handlers)) {
		handlers[side, function_name] = 1
		prototypes = prototypes "int wsc__option_" side "_" function_name "(SOCKET s, struct socket *sock, " \
			"const struct option *option, " (side == "set" ? "const " : "") "struct value *value);\n"
	}
	if (function_name == "kept")
		keeps = 1
	if (function_name != "int")
		noted = 1
	return function_name
}

# VALUES: FIRST, what can be set, and what cannot.
function values_of(text,    words, pair, count, i) {
	if (split(text, words, "!") > 2)
		fail("\"" text "\" has two \"!\"")
	refused[row] = words[2]
	count = split(words[2], pairs, ",")
	for (i = 1; i <= count; i++)
		if (split(pairs[i], pair, "=") != 2 || pair[1] !~ NUMBER || !(pair[2] in number))
			fail("\"" pairs[i] "\" is no VALUE=ERROR")
	if (split(words[1], words, ">") > 2)
		fail("\"" text "\" has two \">\"")
	initial[row] = words[1]
	samples[row] = words[2]
	by_kind(words[1], "^(-|" substr(NUMBER, 2, length(NUMBER) - 2) ")$", "number", values)
	for (i = 1; i <= kinds; i++)
		first[row, i] = values[i]
	count = split(words[2], words, ",")
	for (i = 1; i <= count; i++)
		if (words[i] !~ NUMBER)
			fail("\"" words[i] "\" is no number")
}

# TRAITS with an argument, and those without.
function traits_of(text,    words, pair, count, i) {
	count = split(text, words, ",")
	for (i = 1; i <= count; i++) {
		if (sub(/^fast:/, "", words[i])) {
			enumerator("", "fast path", words[i])
			fast[row] = words[i]
		} else if (sub(/^needs:/, "", words[i])) {
			if (split(words[i], pair, "=") != 2 || !(pair[2] in number) || (pair[1] != "peer" && !(pair[1] in number)))
				fail("\"needs:" words[i] "\" is no needs:OPTION=ERROR")
			needs[row] = pair[1]
			needs_error[row] = pair[2]
		} else {
			traits[row] = traits[row] (traits[row] ? "," : "") words[i]
		}
	}
	if (traits[row] == "")
		traits[row] = "-"
}

BEGIN {
	if (make !~ /^(library|test|linux|page)$/)
		fail("make=" make "?")
	list("trait of lengths", "none negative get-negative two-bytes length-zeroed buffer-zeroed length-needed" \
		" length-kept truth at-most-255")
	list("kind of socket", "any ip stream datagram tcp udp raw unix none")
	list("Windows", "2000 xp 2003 vista 7 8 8.1 10 11")
	list("outcome", "works answers refuses")
	list("trait", "inherit takes-error any-family any-handle")
	list("fast path", "any get error keepalive")
	kinds = split("tcp udp raw unix", kind, " ")
	NUMBER = "^([0-9]+|0x[0-9a-f]+)$"
}

FNR == 1 { file++ }
/^#( |$)/ || /^$/ { next }

# The numbers of the names.
file == 1 {
	if (!/^\[/)
		number[$1] = $2
	next
}

# OPTION KIND WORDS
file == 3 {
	if (!(($1, $2) in row_of))
		fail("no option " $2 " of " $1)
	wine[$1, $2] = wine[$1, $2] ".br\n" $3 ": " rest(4) "\n"
	next
}

/^\[/ {
	section = substr($1, 2, length($1) - 2)
	if (section == "lengths")
		next
	if (!(section in number))
		fail("\"" section "\" is no level")
	if (!($2 in number))
		fail("\"" $2 "\" is no error")
	elsewhere = $2
	levels[++level_count] = section
	next
}

section == "lengths" {
	if (NF < 8)
		fail("NAME SIZE LEAST COUNT LEAST SHORT TRAITS SOURCE")
	shape[++shapes] = $1
	shape_row[$1] = shapes
	shape_varies[$1] = $2 == "varies"
	size = shape_varies[$1] ? 0 : bytes($2)
	shape_text[$1] = sprintf("%s, %s, %s, %s, %s, %s%s", size, bytes($3, size), bytes($4, size), bytes($5, size),
		bytes($6, size), enumerators("SHAPE_", "trait of lengths", $7), shape_varies[$1] ? " | SHAPE_VARIES" : "")
	shape_traits[$1] = $7
	shape_columns[$1] = $2 " " $3 " " $4 " " $5 " " $6
	shape_source[$1] = rest(8)
	next
}

{
	if (!section)
		fail("a row before any [SECTION]")
	if (!($1 in number))
		fail("\"" $1 "\" is not in constants.in")
	if ((section, $1) in row_of)
		fail($1 " is there already")
	row_of[section, $1] = ++row
	level[row] = section
	name[row] = $1
	line[row] = FNR
}

$2 ~ /^=/ {
	same[row] = substr($2, 2)
	source[row] = rest(3)
	next
}

{
	if (NF < 10)
		fail("NAME LENGTHS SOCKETS HANDLER VALUES SINCE OUTCOME LINUX TRAITS SOURCE")
	count = split($2, words, "|")
	for (i = 1; i <= count; i++)
		if (!(words[i] in shape_row))
			fail("\"" words[i] "\" is not in [lengths]")
	lengths[row] = words[1]
	page[row] = count > 1 ? words[2] : ""
	sockets[row] = $3
	on[row] = enumerator("ON_", "kind of socket", $3)
	noted = keeps = 0
	count = split($4, words, "/")
	get[row] = handler("get", words[1])
	set[row] = handler("set", words[count])
	kept[row] = keeps ? kept_count++ : -1
	note[row] = noted
	values_of($5)
	since[row] = $6 == "-" ? "WINDOWS_2000" : enumerator("WINDOWS_", "Windows", $6)
	since_text[row] = $6
	outcome[row] = enumerator("", "outcome", $7)
	count = split($8, words, "/")
	if ($8 != "-" && count != 2)
		fail("\"" $8 "\" is no LEVEL/NAME of Linux")
	linux_level[row] = $8 == "-" ? "" : words[1]
	linux_name[row] = words[2]
	traits_of($9)
	error[row] = elsewhere
	source[row] = rest(10)
}

# The row whose number it is, for a row that is the same as another.
function original(row,    other) {
	if (!(row in same))
		return row
	if (!((level[row], same[row]) in row_of)) {
		print FILENAME ":" line[row] ": there is no " same[row] > "/dev/stderr"
		failed = 1
		exit 1
	}
	other = row_of[level[row], same[row]]
	if (number[name[row]] != number[name[other]]) {
		print FILENAME ":" line[row] ": " name[row] " and " same[row] " are different numbers" > "/dev/stderr"
		failed = 1
		exit 1
	}
	return other
}

# A function, or the errors in place of it.
function side(i, name, called,    k, text) {
	if (called)
		return "." name " = wsc__option_" name "_" called
	for (k = 1; k <= kinds; k++)
		text = text (k > 1 ? ", " : "") (refusal[i, name, k] == "-" ? 0 : "WS_" refusal[i, name, k])
	return "." name "_error = { " text " }"
}

function library(    i, k) {
	print "/* The handlers of the options, and the rows of options.c, made from options.in. */"
	print "#include \"socket.h\"\n\nstruct option;\nstruct value;\n"
	printf "%s\n#ifdef OPTION_ROWS\n", prototypes
	for (i = 1; i <= shapes; i++)
		printf "static const struct shape shape_%s = { %s };\n", shape[i], shape_text[shape[i]]
	print "\nstatic const int levels[] = {"
	for (i = 1; i <= level_count; i++)
		printf "\tWS_%s,\n", levels[i]
	print "};\n\nconst struct option wsc__options[] = {"
	for (i = 1; i <= row; i++) {
		if (original(i) != i)
			continue
		printf "\t{ .level = WS_%s, .name = WS_%s, .text = \"%s\", .shape = &shape_%s,\n", level[i], name[i], name[i], lengths[i]
		if (page[i])
			printf "\t  .page = &shape_%s,\n", page[i]
		printf "\t  %s, %s,\n\t  .sockets = %s, .elsewhere = WS_%s, .since = %s", side(i, "get", get[i]), \
			side(i, "set", set[i]), on[i], error[i], since[i]
		if (linux_level[i])
			printf ",\n\t  .posix_level = %s, .posix_name = %s", linux_level[i], linux_name[i]
		if (i in argument)
			printf ", .argument = %s", argument[i]
		if (note[i])
			printf ", .noted = true"
		if (kept[i] >= 0)
			printf ",\n\t  .kept = %d", kept[i]
		if (traits[i] != "-")
			printf ", .traits = %s", enumerators("OPTION_", "trait", traits[i])
		if (fast[i])
			printf ",\n\t  .quick_get = QUICK_GET_%s, .quick_set = QUICK_SET_%s", toupper(fast[i]), toupper(fast[i])
		printf ",\n\t  .initial = {"
		for (k = 1; k <= kinds; k++)
			printf "%s %s", (k > 1 ? "," : ""), (first[i, k] == "-" ? 0 : first[i, k] "u")
		print " } },"
	}
	print "};"
	printf "_Static_assert(OPTIONS_KEPT >= %d, \"socket.h has too few places for what is kept\");\n#endif\n", kept_count
}

# The errors of one side as numbers, 0 where there is a function.
function refusals(i, name,    k, text) {
	for (k = 1; k <= kinds; k++)
		text = text (k > 1 ? ", " : "") (refusal[i, name, k] == "-" ? 0 : number[refusal[i, name, k]])
	return "{ " text " }"
}

# The numbers, not the names: other headers may lack some.
function test(    i, j, k, count, words, pair) {
	print "/* The rows of t/options.c, made from options.in. */\n"
	print "static const struct lengths all_lengths[] = {"
	for (i = 1; i <= shapes; i++)
		printf "\t{ \"%s\", %s },\n", shape[i], shape_text[shape[i]]
	print "};\n\nstatic const struct option options[] = {"
	for (i = 1; i <= row; i++) {
		j = original(i)
		printf "\t{ .level_name = \"%s\", .level = %s, .name = \"%s\", .number = %s,\n", level[i], number[level[i]],
			name[i], number[name[i]]
		printf "\t  .lengths = &all_lengths[%d], .page = &all_lengths[%d], .sockets = %s, .elsewhere = %d,\n",
			shape_row[lengths[j]] - 1, shape_row[page[j] ? page[j] : lengths[j]] - 1, on[j], number[error[j]]
		printf "\t  .get_error = %s, .set_error = %s, .since = %s, .outcome = %s, .traits = %s,\n",
			refusals(j, "get"), refusals(j, "set"), since[j], outcome[j], enumerators("OPTION_", "trait", traits[j])
		if (j in needs)
			printf "\t  .needs = \"%s\", .needs_error = %d,\n", needs[j], number[needs_error[j]]
		if (linux_level[j])
			printf "\t  .has_linux = true,\n"
		printf "\t  .first = {"
		for (k = 1; k <= kinds; k++)
			printf "%s %s", (k > 1 ? "," : ""), first[j, k] == "-" ? "-1" : first[j, k]
		printf " }"
		count = split(samples[j], words, ",")
		printf ",\n\t  .samples = {"
		for (k = 1; k <= count; k++)
			printf " %s,", words[k]
		printf " -1 },\n\t  .refused = {"
		count = split(refused[j], words, ",")
		for (k = 1; k <= count; k++) {
			split(words[k], pair, "=")
			printf " { %s, %d },", pair[1], number[pair[2]]
		}
		print " { -1, 0 } } },"
	}
	print "};"
}

# Where Linux has the rows' options: the names, which only POSIX's headers know.
function linux(    i, j) {
	print "/* The rows of t/options-linux.c, made from options.in. */"
	for (i = 1; i <= row; i++) {
		j = original(i)
		if (linux_level[j])
			printf "[%d] = { %s, %s },\n", i - 1, linux_level[j], linux_name[j]
	}
}

function sentence_of_lengths(name,    words, text) {
	split(shape_columns[name], words, " ")
	if (shape_varies[name])
		return "The length varies.\n"
	text = "Of " words[1] " bytes."
	if (words[2] != "0")
		text = text "\n.Fn setsockopt\nneeds " (words[2] == "size" ? "all" : words[2]) " and looks at " \
			(words[3] == "size" ? "all" : words[3]) "."
	text = text "\n.Fn getsockopt\nneeds room for " (words[4] == "size" ? "all" : words[4]) "."
	if (shape_traits[name] != "-")
		text = text "\nTraits: " shape_traits[name] "."
	return text "\nSource: " shape_source[name] ".\n"
}

function manual(    i, j, l) {
	print ".\\\" Made by build-aux/gen-options.awk from winsock-compat/options.in."
	print ".Dd November 22, 2026\n.Dt WINSOCK-COMPAT-OPTIONS 7\n.Os\n.Sh NAME\n.Nm winsock-compat-options"
	print ".Nd the socket options of the Winsock compatibility library\n.Sh DESCRIPTION"
	print "Every option that\n.Xr getsockopt 3ws\nand\n.Xr setsockopt 3ws\nknow, by level.\nAn option works, with its effect on the connection;"
	print "or it answers as Windows does, kept with the socket and"
	print "read back, without any effect here;\nor it is refused with the error of Windows."
	print "A source is a page of Microsoft's or a line of Wine's tests, which are run on real Windows."
	print "What Wine 8 does is what the library's own tests saw there, for each kind of socket; where"
	print "nothing is said it does the same."
	for (l = 1; l <= level_count; l++) {
		print ".Sh " levels[l]
		print ".Bl -tag -width Ds"
		for (i = 1; i <= row; i++) {
			if (level[i] != levels[l])
				continue
			j = original(i)
			printf ".It Dv %s\n%s, 0x%04x.\n", name[i], tolower(outcome[j]) , number[name[i]]
			if (i != j)
				printf "The same as\n.Dv %s .\nSource: %s.\n", name[j], source[i]
			else {
				printf "Sockets: %s; elsewhere\n.Er %s .\nLengths: %s%s.\n", sockets[j], error[j], lengths[j],
					page[j] ? ", in mode page " page[j] : ""
				printf "Get: %s; set: %s.\n", words_of(j, "get"), words_of(j, "set")
				if (initial[j] != "-")
					printf "At first: %s.\n", initial[j]
				if (linux_level[j])
					printf "Linux:\n.Dv %s ,\n.Dv %s .\n", linux_level[j], linux_name[j]
				if (traits[j] ~ /inherit/)
					print "Accepted sockets inherit it."
				if (since_text[j] != "-")
					print "Since Windows " since_text[j] "."
				print "Source: " source[j] "."
			}
			if ((level[i], name[i]) in wine)
				printf "Wine 8:\n%s", wine[level[i], name[i]]
		}
		print ".El"
	}
	print ".Sh LENGTHS\n.Bl -tag -width Ds"
	for (i = 1; i <= shapes; i++)
		printf ".It %s\n%s", shape[i], sentence_of_lengths(shape[i])
	print ".El\n.Sh SEE ALSO\n.Xr getsockopt 3ws ,\n.Xr winsock-compat 5 ,\n.Xr winsock-compat 7 ,\n.Xr winsock-compat-errors 7"
}

function words_of(i, name) {
	return refusal[i, name, 1] == "-" ? "yes" : refusal[i, name, 1]
}

END {
	if (failed)
		exit 1
	if (!row) {
		print "no options" > "/dev/stderr"
		exit 1
	}
	if (make == "library")
		library()
	else if (make == "test")
		test()
	else if (make == "linux")
		linux()
	else
		manual()
}
