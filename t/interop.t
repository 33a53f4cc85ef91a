#!/bin/sh
# The echo server and the echo client of examples/ talk to each other: native and Wine, in every pairing.
. "$srcdir/t/tap/tap.sh"

test -n "$MINGW_CC" && test -n "$WINE" || skip_all "no mingw-w64 or no Wine"
run_wine="$srcdir/t/run-wine $builddir/wine-prefix"
$run_wine --make || bail "no Wine prefix"

server=
at_exit() {
	test -z "$server" || kill "$server" 2>/dev/null
}

# The command that runs an example: program native|Wine NAME
program() {
	case $1 in
	native) echo "$builddir/examples/$2" ;;
	Wine) echo "$run_wine $builddir/examples/wine/$2.exe" ;;
	esac
}

wait_for_port() {
	for tenth in $(seq 200); do
		port=$(tr -d '\r' <"$scratch/server" | sed -n 's/^listening on port //p')
		test -z "$port" || return 0
		kill -0 "$server" 2>/dev/null || break
		sleep 0.1
	done
	return 1
}

long=$(printf '%02000d' 0)
for server_side in native Wine; do
	for client_side in native Wine; do
		pair="$server_side server, $client_side client"
		client=$(program $client_side echo-client)
		$(program $server_side echo-server) 0 2 >"$scratch/server" 2>&1 &
		server=$!
		check "$pair: the server listens" wait_for_port
		$client 127.0.0.1 "$port" >"$scratch/client" 2>&1
		check "$pair: a text comes back" grep -q '^1 times 17 bytes came back' "$scratch/client"
		check "$pair: the client has keep-alive" grep -q '^keep-alive is on: 5000 ms, then every 500 ms' "$scratch/client"
		$client 127.0.0.1 "$port" "$long" 50 >"$scratch/client2" 2>&1
		check "$pair: fifty long texts come back" grep -q '^50 times 2000 bytes came back' "$scratch/client2"
		wait "$server"
		ended=$?
		server=
		test "$(grep -c '^keep-alive is on: 10000 ms, then every 1000 ms' "$scratch/server")" = 2 || ended=no
		check "$pair: the server has keep-alive, and ends" test "$ended" = 0
		sed "s/^/# $pair: /" "$scratch/server" "$scratch/client" "$scratch/client2"
	done
done
finish
