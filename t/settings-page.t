#!/bin/sh
# The manual page names every value and every variable of the table in registry.c.
source=${srcdir:-.}
page=$source/doc/winsock-compat.5
rows=$(sed -n 's/.*{ \(TCPIP\|OUR\)_VALUE("\([A-Za-z]*\)"\(, "\([A-Z_]*\)"\)*).*/\2 \4/p' \
	"$source/winsock-compat/registry.c")
set -- $(printf '%s\n' "$rows" | awk '{ print ".It~Li~" $1; print ".It~Ev~WINSOCK_COMPAT_" (NF > 1 ? $2 : $1) }')

echo "1..$(($# + 1))"
count=$(grep -c '^[[:space:]]*\[REGISTRY_' "$source/winsock-compat/registry.c")
test "$count" -gt 0 && test $# -eq $((2 * count)) && result=ok || result='not ok'
echo "$result 1 - $count rows are found in the table"
number=1
for item; do
	number=$((number + 1))
	line=$(printf '%s' "$item" | tr '~' ' ')
	grep -qxF "$line" "$page" && result=ok || result='not ok'
	echo "$result $number - $line"
done
