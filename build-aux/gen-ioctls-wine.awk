# Makes t/ioctls-wine.in from what `ioctls record` says under Wine: rows with the same end become one.
BEGIN { FS = "|" }

{ sub(/\r$/, "") }

/^RECORD / {
	sub(/^RECORD /, "", $1)
	key = $1 " | " $2
	kind = $3
	seen = $4
	if (!((key, seen) in kinds)) {
		order[++rows] = key
		result[rows] = seen
		kinds[key, seen] = kind
	} else
		kinds[key, seen] = kinds[key, seen] "," kind
}

END {
	for (i = 1; i <= rows; i++)
		print order[i] " | " kinds[order[i], result[i]] " | " result[i]
}
