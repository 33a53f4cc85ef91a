# Makes C and a page from include/constants.in, winsock-compat/options.in and t/options.wine, read in this order;
# the head comment of the second is its grammar, and the third is for the page alone.
#   -v make=library   the rows of winsock-compat/options.c
#   -v make=test      those of t/options.c
#   -v make=linux     and of t/options-linux.c
#   -v make=page      winsock-compat-options(7)

function fail(message) {
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

# The words that a list has.
function list(name, text,    words, i, n) {
	words_of_list[name] = text
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
			if (split(words[i], pair, "=") != 2 || !(pair[2] in number) || (pair[1] !~ /^[a-z][a-z-]*$/ && !(pair[1] in number)))
				fail("\"needs:" words[i] "\" is no needs:WHAT=ERROR")
			needs[row] = pair[1]
			needs_error[row] = pair[2]
		} else {
			if (words[i] != "-")
				enumerator("", "trait", words[i])
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
		" length-kept truth at-most-255 null wide varies")
	list("kind of socket", "any ip stream datagram tcp udp raw unix none")
	list("Windows", "2000 xp 2003 vista 7 8 8.1 10 11")
	list("outcome", "works answers refuses")
	list("trait", "inherit takes-error any-family ipv4-only any-handle keeps no-accept asks-first")
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

# LEVEL OPTION KIND WORDS; what is of any option, or of no socket, is said once.
file == 3 {
	if ($1 == "any" || $3 == "no-socket")
		next
	if (!(($1, $2) in row_of))
		fail("no option " $2 " of " $1)
	wine[$1, $2] = wine[$1, $2] rest(3) "\n"
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
	noted = 0
	keeps = $9 ~ /(^|,)keeps(,|$)/
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

# A list as enumerators: numbers from 0 on, or bits. The library has the same ones as the test.
function enumeration(prefix, name, is_bits,    words, count, i) {
	count = split(words_of_list[name], words, " ")
	print "enum {"
	for (i = 1; i <= count; i++)
		printf "\t%s = %s,\n", enumerator(prefix, name, words[i]), is_bits ? "1 << " (i - 1) : i - 1
	print (is_bits ? "" : "\t" prefix "COUNT = " count ",\n") "};"
}

function traits_of_both() {
	enumeration("SHAPE_", "trait of lengths", 1)
	enumeration("OPTION_", "trait", 1)
}

# A function, or the errors in place of it.
function side(i, name, called,    k, text) {
	if (called)
		return "." name " = wsc__option_" name "_" called
	for (k = 1; k <= kinds; k++)
		text = text (k > 1 ? ", " : "") (refusal[i, name, k] == "-" ? 0 : "WS_" refusal[i, name, k])
	return "." name "_error = { " text " }"
}

# The size with a wchar_t of four bytes, 0 if it is the same.
function utf32(name,    size) {
	if (shape_traits[name] !~ /(^|,)wide(,|$)/)
		return ", 0"
	size = shape_columns[name]
	sub(/\).*/, "_UTF32)", size)
	return ", " size
}

function library(    i, k) {
	print "/* The handlers of the options, and the rows of options.c, made from options.in. */"
	print "#ifndef OPTION_ROWS\n#include \"socket.h\"\n\nstruct option;\nstruct value;\n"
	traits_of_both()
	printf "\n%s#else\n\n", prototypes
	for (i = 1; i <= shapes; i++)
		printf "static const struct shape shape_%s = { %s%s };\n", shape[i], shape_text[shape[i]], utf32(shape[i])
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
	print "/* The rows of t/options.c, made from options.in. */"
	print "#ifndef OPTION_ROWS"
	traits_of_both()
	enumeration("WINDOWS_", "Windows", 0)
	enumeration("", "outcome", 0)
	print "#else\n"
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
			printf "\t  .has_linux = true, .is_linux = %s,\n", set[j] == "int" || linux_name[j] == name[j] ? "true" : "false"
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
	print "};\n#endif"
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

# The page.

# Words, with commas and a last "and" between them.
function listing(text,    words, count, i, result) {
	count = split(text, words, ",")
	for (i = 1; i <= count; i++)
		result = result (i == 1 ? "" : i == count ? " and " : ", ") words[i]
	return result
}

# A macro, with what follows it on the line.
function macro(name, text, after) {
	return "." name " " text (after ? " " after : "") "\n"
}

function trait_of(name, trait) {
	return index("," shape_traits[name] ",", "," trait ",")
}

function is_or_are(count) {
	return count == 1 ? "1 byte is" : count " bytes are"
}

function sentences_of_lengths(name,    words, size, text) {
	if (shape_varies[name])
		return "As many bytes as there are; their number depends on the value.\n"
	split(shape_columns[name], words, " ")
	size = words[1]
	if (size == "0")
		return "No bytes; how many are passed makes no difference.\n"
	else if (sub(/^sizeof\(/, "", size) && sub(/\)$/, "", size))
		text = "The structure\n" macro("Vt", size, ".")
	else
		text = size " byte" (size == 1 ? "" : "s") ".\n"
	if (trait_of(name, "truth"))
		text = text "Any value but 0 is read back as 1.\n"
	if (trait_of(name, "at-most-255"))
		text = text "A value above 255 is\n" macro("Er", "WSAEINVAL", ".")
	if (words[2] == "1" && words[1] != "1")
		text = text "One byte and more can be set; those that are missing are 0.\n"
	else if (words[1] == "1")
		text = text "More bytes can be set, but only the first counts.\n"
	if (trait_of(name, "none"))
		text = text "No bytes at all can be set too, and change nothing.\n"
	if (trait_of(name, "negative"))
		text = text "A negative length is taken for a very large one when it is set.\n"
	if (words[4] == "1" && words[1] != "1" && words[1] != "0")
		text = text "With room for fewer, " (trait_of(name, "two-bytes") ? "they are filled, but" : "1 is written and") \
			" a length of " words[5] " is reported.\n"
	if (trait_of(name, "get-negative"))
		text = text "Room of a negative size is taken for enough.\n"
	if (trait_of(name, "length-zeroed"))
		text = text "With too little room, the length becomes 0.\n"
	if (trait_of(name, "buffer-zeroed"))
		text = text "With too little room, what there is of it becomes 0.\n"
	if (trait_of(name, "length-needed"))
		text = text "With too little room, the length becomes that which is needed.\n"
	if (trait_of(name, "length-kept"))
		text = text "With more room than needed, the length stays.\n"
	return text
}

# With what one of the calls refuses it on any socket; "" if it does not, or if that depends on the socket.
function refusal_of(i, name,    k) {
	for (k = 2; k <= kinds; k++)
		if (refusal[i, name, k] != refusal[i, name, 1])
			return ""
	return refusal[i, name, 1] == "-" ? "" : refusal[i, name, 1]
}

function refused_sentences(i, name,    k, error, kinds_of, known, text) {
	if (refusal_of(i, name))
		return macro("Fn", name "sockopt") "is refused with\n" macro("Er", refusal_of(i, name), ".")
	for (k = 1; k <= kinds; k++) {
		error = refusal[i, name, k]
		known = error in kinds_of
		kinds_of[error] = kinds_of[error] (known ? "," : "") kind[k]
	}
	for (k = 1; k <= kinds; k++) {
		error = refusal[i, name, k]
		if (error != "-" && error in kinds_of) {
			text = text macro("Fn", name "sockopt") "is refused with\n" macro("Er", error) "on sockets of " \
				listing(kinds_of[error]) ".\n"
			delete kinds_of[error]
		}
	}
	return text
}

# What Wine does, in fewer words if both calls fail alike.
function words_of_wine(text,    words) {
	if (split(text, words, "; ") == 2 && words[1] ~ /^get: / && words[2] == "set" substr(words[1], 4))
		text = "get and s" substr(words[2], 2)
	return text ~ /^get and set: WSAENOPROTOOPT$/ ? "unknown" : text
}

function sentence_of_sockets(i) {
	if (sockets[i] == "any")
		return "For any socket.\n"
	return "For " sockets_text[sockets[i]] "; others have\n" macro("Er", error[i], ".")
}

function sentences_of_values(i,    words, pair, count, k, text) {
	if (initial[i] ~ /:/) {
		count = split(initial[i], words, ",")
		text = "At first "
		for (k = 1; k <= count; k++) {
			split(words[k], pair, ":")
			text = text (k == 1 ? "" : k == count ? " and " : ", ") pair[2] " (" pair[1] ")"
		}
		text = text ".\n"
	} else if (initial[i] != "-" && initial[i] != "") {
		text = "At first " initial[i] ".\n"
	}
	count = split(refused[i], words, ",")
	for (k = 1; k <= count; k++) {
		split(words[k], pair, "=")
		text = text "A value of " pair[1] " is\n" macro("Er", pair[2], ".")
	}
	return text
}

# Kinds of sockets with which Wine does the same are told of together.
function sentences_of_wine(l, n,    i, j, count, lines, kinds_of, known, texts, text, result) {
	count = split(wine[l, n], lines, "\n") - 1
	j = 0
	for (i = 1; i <= count; i++) {
		text = substr(lines[i], index(lines[i], " ") + 1)
		known = text in kinds_of
		if (!known)
			texts[++j] = text
		kinds_of[text] = kinds_of[text] (known ? "," : "") substr(lines[i], 1, index(lines[i], " ") - 1)
	}
	for (i = 1; i <= j; i++)
		result = result ".br\nWine 8" (kinds_of[texts[i]] == WINE_KINDS ? "" : " (" listing(kinds_of[texts[i]]) ")") \
			": " words_of_wine(texts[i]) ".\n"
	return result
}

function sentences_of_row(i, j,    text, refused_with) {
	if (i != j)
		return "The same as\n" macro("Dv", name[j], ".") ".br\nSource: " source[i] ".\n"
	refused_with = refusal_of(j, "get") == refusal_of(j, "set") ? refusal_of(j, "get") : ""
	if (refused_with)
		return "Refused with\n" macro("Er", refused_with, ".") sentences_of_life(j)
	text = outcome_text[outcome[j]]
	if (linux_level[j])
		text = text "Linux has\n" macro("Dv", linux_name[j]) "of\n" macro("Dv", linux_level[j], ".")
	text = text ".br\n" sentence_of_sockets(j) ".br\n"
	text = text (shape_varies[lengths[j]] ? "Its length varies" : "Its lengths are those of " lengths[j]) \
		(page[j] ? "; in mode page, of " page[j] : "") ".\n"
	return text sentences_of_values(j) refused_sentences(j, "get") refused_sentences(j, "set") sentences_of_life(j)
}

# "a peer", "an icmp-error"
function needs_text(what) {
	gsub(/-/, " ", what)
	return (what ~ /^[aeiou]/ ? "an " : "a ") what
}

function sentences_of_life(i,    text) {
	if (needs[i])
		text = "It needs\n" (needs[i] ~ /^[a-z]/ ? needs_text(needs[i]) ",\n" : macro("Dv", needs[i]) "before it,\n") \
			"or is\n" macro("Er", needs_error[i], ".")
	if (traits[i] ~ /inherit/)
		text = text "Accepted sockets inherit it.\n"
	if (traits[i] ~ /no-accept/)
		text = text "A listener that has it accepts nobody.\n"
	if (traits[i] ~ /asks-first/)
		text = text "A listener that has it answers nobody before it accepts, if it may use raw sockets; see\n.Xr accept 3ws .\n"
	if (traits[i] ~ /takes-error/)
		text = text "Reading it takes it away.\n"
	if (since_text[i] != "-")
		text = text "Since Windows " (since_text[i] == "xp" ? "XP" : toupper(substr(since_text[i], 1, 1)) substr(since_text[i], 2)) ".\n"
	return text ".br\nSource: " source[i] ".\n"
}

function manual(    i, j, l, counts, differing) {
	outcome_text["WORKS"] = "Works.\n"
	outcome_text["ANSWERS"] = "Answers, without an effect here.\n"
	outcome_text["REFUSES"] = "Refused.\n"
	sockets_text["ip"] = "TCP, UDP and raw sockets"
	sockets_text["stream"] = "TCP and sockets of\n.Dv AF_UNIX"
	sockets_text["datagram"] = "UDP and raw sockets"
	sockets_text["tcp"] = "TCP"
	sockets_text["udp"] = "UDP"
	sockets_text["raw"] = "raw sockets"
	sockets_text["unix"] = "sockets of\n.Dv AF_UNIX"
	WINE_KINDS = "tcp,tcp6,udp,udp6,raw"
	for (i = 1; i <= row; i++) {
		j = original(i)
		counts[outcome[j]]++
		differing += (level[i], name[i]) in wine
	}
	print ".\\\" Made by build-aux/gen-options.awk from winsock-compat/options.in and t/options.wine."
	print ".Dd November 22, 2026\n.Dt WINSOCK-COMPAT-OPTIONS 7\n.Os\n.Sh NAME\n.Nm winsock-compat-options"
	print ".Nd the socket options of the Winsock compatibility library\n.Sh DESCRIPTION"
	print "The options of\n.Xr getsockopt 3ws\nand\n.Xr setsockopt 3ws ,\nby level: " row " of them."
	print ".Bl -bullet"
	print ".It\n" counts["WORKS"] " work, with the effect that they have on Windows."
	print ".It\n" counts["ANSWERS"] " answer: they are kept with the socket and can be read back, with the lengths and errors of Windows,"
	print "but Linux has nothing that they could change."
	print ".It\n" counts["REFUSES"] " are refused, with the error with which Windows refuses them."
	print ".El\n.Pp"
	print "What works through an option of the kernel's has it behind\n.Dq Linux has ."
	print "Others work by what the library does itself."
	print "An option that came with a later Windows than the library's setting\n.Cm Windows\nis\n.Er WSAENOPROTOOPT ;"
	print "see\n.Xr winsock-compat 5 .\n.Pp"
	print "A source is a page of Microsoft's by its name, or lines of the tests of Wine, which are run on Windows;"
	print ".Dq header\nsays that there is no more than the number of the option."
	print "What Wine 8 does is what the library's own tests see there, where it is not what is said here, which is so for"
	print differing " options."
	print "It stands for every kind of socket that Wine has, or those in brackets;\n.Dq tcp6\nis TCP over IPv6."
	print "Beside that, Wine looks at the option before it looks at the socket."
	for (l = 1; l <= level_count; l++) {
		print ".Sh " levels[l]
		print ".Bl -tag -width Ds"
		for (i = 1; i <= row; i++) {
			if (level[i] != levels[l])
				continue
			printf ".It Dv %s Pq %s\n%s%s", name[i], number[name[i]], sentences_of_row(i, original(i)),
				sentences_of_wine(level[i], name[i])
		}
		print ".El"
	}
	print ".Sh LENGTHS"
	print "Unless something else is said,\n.Fn setsockopt\nneeds all bytes of a value and does not look at more of them;"
	print "fewer are\n.Er WSAEFAULT ,\na negative length is\n.Er WSAENOBUFS ."
	print ".Fn getsockopt\nneeds room for all of them and reports how many it wrote; less room, or a negative length, is\n.Er WSAEFAULT ,"
	print "and nothing is written."
	print ".Bl -tag -width Ds"
	for (i = 1; i <= shapes; i++)
		printf ".It %s\n%sSource: %s.\n", shape[i], sentences_of_lengths(shape[i]), shape_source[shape[i]]
	print ".El\n.Sh SEE ALSO\n.Xr getsockopt 3ws ,\n.Xr winsock-compat 5 ,\n.Xr winsock-compat 7 ,\n.Xr winsock-compat-errors 7"
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
