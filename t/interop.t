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

# The command that runs an example, and not for ever: program native|Wine NAME
program() {
	case $1 in
	native) echo "timeout 30 $builddir/examples/$2" ;;
	Wine) echo "timeout 30 $run_wine $builddir/examples/wine/$2.exe" ;;
	esac
}

# talk CLIENT TEXT TIMES: what the client says goes to "$scratch/output"
talk() {
	$1 127.0.0.1 "$port" "$2" "$3" >"$scratch/output" 2>&1
	echo "the client's exit status: $?" >>"$scratch/output"
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
		: >"$scratch/server" # or its predecessor's port would be found in it
		$(program $server_side echo-server) 0 2 >"$scratch/server" 2>&1 &
		server=$!
		check "$pair: the server listens" wait_for_port
		talk "$client" "Is anybody there?" 1
		check "$pair: a text comes back" grep -q '^1 times 17 bytes came back' "$scratch/output"
		check "$pair: the client has keep-alive" grep -q '^keep-alive is on: 5000 ms, then every 500 ms' "$scratch/output"
		talk "$client" "$long" 50
		check "$pair: fifty long texts come back" grep -q '^50 times 2000 bytes came back' "$scratch/output"
		wait "$server"
		ended=$?
		server=
		echo "the server's exit status: $ended" >>"$scratch/server"
		mv "$scratch/server" "$scratch/output"
		test "$(grep -c '^keep-alive is on: 10000 ms, then every 1000 ms' "$scratch/output")" = 2 || ended=no
		check "$pair: the server has keep-alive, and ends" test "$ended" = 0
	done
done
finish
