# Makes C and a page from include/constants.in and winsock-compat/options.in, read in this order; the
# head comment of the latter is its grammar.
#   -v make=library   the rows of winsock-compat/options.c
#   -v make=test      those of t/options.c
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

# One side of HANDLER: a function with its argument, or an error.
function handler(side, text,    name) {
	name = text
	sub(/\(.*/, "", name)
	if (text ~ /\(/)
		argument[row] = substr(text, index(text, "(") + 1, length(text) - index(text, "(") - 1)
	if (text == "-")
		text = "WSAENOPROTOOPT"
	if (text in number && text ~ /^WSA/)
		return "." side "_error = WS_" text
	if (name !~ /^[a-z][a-z_0-9]*$/)
		fail("\"" text "\" is neither a handler nor an error")
	if (!((side, name) in handlers)) {
		handlers[side, name] = 1
		prototypes = prototypes "int wsc__option_" side "_" name "(SOCKET s, struct socket *sock, " \
			"const struct option *option, " (side == "set" ? "const " : "") "struct value *value);\n"
	}
	if (name == "kept")
		keeps = 1
	if (name != "int")
		noted = 1
	return "." side " = wsc__option_" side "_" name
}

BEGIN {
	if (make != "library" && make != "test" && make != "page")
		fail("make=" make "?")
	list("trait of lengths", "none negative get-negative two-bytes length-zeroed buffer-zeroed length-needed" \
		" length-kept truth at-most-255")
	list("kind of socket", "any ip stream datagram tcp udp raw none")
	list("Windows", "2000 xp 2003 vista 7 8 8.1 10 11")
	list("outcome", "works answers refuses")
	list("trait", "inherit takes-error any-family any-handle")
	list("fast path", "any get error keepalive")
	kinds = split("tcp udp raw unix", kind, " ")
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
	count = split($5, words, ">")
	sample[row] = count > 1 ? words[2] : "-"
	initial[row] = words[1]
	count = split(words[1], words, ",")
	for (i = 1; i <= kinds; i++)
		first[row, i] = words[1] ~ /^[0-9]+$/ ? words[1] : "-"
	for (i = 1; words[1] ~ /:/ && i <= count; i++) {
		split(words[i], pair, ":")
		for (j = 1; j <= kinds && kind[j] != pair[1]; j++)
			;
		if (j > kinds || pair[2] !~ /^[0-9]+$/)
			fail("\"" words[i] "\" is no KIND:VALUE")
		first[row, j] = pair[2]
	}
	since[row] = $6 == "-" ? "WINDOWS_2000" : enumerator("WINDOWS_", "Windows", $6)
	since_text[row] = $6
	outcome[row] = enumerator("", "outcome", $7)
	count = split($8, words, "/")
	if ($8 != "-" && count != 2)
		fail("\"" $8 "\" is no LEVEL/NAME of Linux")
	linux_level[row] = $8 == "-" ? "" : words[1]
	linux_name[row] = words[2]
	fast[row] = ""
	count = split($9, words, ",")
	traits[row] = ""
	for (i = 1; i <= count; i++) {
		if (sub(/^fast:/, "", words[i])) {
			enumerator("", "fast path", words[i])
			fast[row] = words[i]
		} else {
			traits[row] = traits[row] (traits[row] ? "," : "") words[i]
		}
	}
	if (traits[row] == "")
		traits[row] = "-"
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
		printf "\t  %s, %s,\n\t  .sockets = %s, .elsewhere = WS_%s, .since = %s", get[i], set[i], on[i], error[i], since[i]
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

# A side of a handler as the test has it: 0 for a function, or the number of the error.
function refusal(text) {
	return sub(/^.*_error = WS_/, "", text) ? number[text] : 0
}

# The numbers, not the names: other headers may lack some. Kinds without a value get -1.
function test(    i, j, k) {
	print "/* The rows of t/options.c, made from options.in: */"
	print "/* LENGTHS(name, size, set least, set counts, get least, get short, traits) */"
	for (i = 1; i <= shapes; i++)
		printf "LENGTHS(%s, %s)\n", shape[i], shape_text[shape[i]]
	print "/* OPTION(level, its number, name, number, lengths, page's lengths, sockets, error elsewhere, " \
		"error of get,\n * error of set, since, outcome, traits, sample, initial of tcp, udp, raw, unix) */"
	for (i = 1; i <= row; i++) {
		j = original(i)
		printf "OPTION(%s, %s, %s, %s, %s, %s, %s, %s, %d, %d, %s, %s, %s, %s", level[i], number[level[i]],
			name[i], number[name[i]], lengths[j], page[j] ? page[j] : lengths[j], on[j], number[error[j]],
			refusal(get[j]), refusal(set[j]), since[j], outcome[j],
			enumerators("OPTION_", "trait", traits[j]), sample[j] == "-" ? "-1" : sample[j]
		for (k = 1; k <= kinds; k++)
			printf ", %s", first[j, k] == "-" ? "-1" : first[j, k]
		print ")"
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
				printf "Get: %s; set: %s.\n", words_of(get[j]), words_of(set[j])
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

function words_of(text) {
	return sub(/^.*_error = WS_/, "", text) ? text : "yes"
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
	else
		manual()
}
