# Makes the link map from winsock-compat/api.in.
# Usage: awk -f gen-map.awk api.in > winsock-compat.map
function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	failed = 1
	exit 1
}
/^#/ || /^$/ { next }
NF != 4 { fail("a row has four words, not " NF) }
$2 !~ /^[a-z0-9]+\.h$/ { fail("'" $2 "' is no header") }
$3 !~ /^(1\.1|2\.0|2\.2|win32)$/ { fail("'" $3 "' is no Winsock version") }
$4 !~ /^((alias|hidden)(,wide)?|pointer)$/ { fail("'" $4 "' is neither alias nor hidden nor pointer") }
$1 in seen { fail("'" $1 "' stands here twice") }
{
	seen[$1] = 1
	if ($4 == "pointer")
		next
	names = names "\twsc_" $1 ";\n"
	if ($4 ~ /,wide/)
		names = names "\twsc_" $1 "_utf32;\n"
	if ($4 ~ /^alias/)
		names = names "\t" $1 ";\n"
}
END {
	if (!failed)
		printf "WINSOCK_COMPAT_0.1 {\nglobal:\n%slocal:\n\t*;\n};\n", names
}
