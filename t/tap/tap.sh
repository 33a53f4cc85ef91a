# The TAP functions of the tests that are shell scripts. `make check` sets srcdir, builddir and
# the names of the compilers; "$scratch" is a directory that goes away with the test.
check_number=0
scratch=$(mktemp -d) || exit 1
trap 'at_exit; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# What else is to be done at the end; a test may have its own.
at_exit() {
	:
}

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

bail() {
	echo "Bail out! $*"
	exit 1
}

# check DESCRIPTION COMMAND...: passes if the command succeeds. If it fails, what the test has
# written to "$scratch/output" is shown.
check() {
	check_description=$1
	shift
	check_number=$((check_number + 1))
	if "$@"; then
		echo "ok $check_number - $check_description"
	else
		echo "not ok $check_number - $check_description"
		test ! -e "$scratch/output" || diag_file "$scratch/output"
		check_failed=1
	fi
}

# skip REASON DESCRIPTION
skip() {
	check_number=$((check_number + 1))
	echo "ok $check_number - $2 # SKIP $1"
}

# Shows a file as diagnostics.
diag_file() {
	sed 's/^/# /' "$1"
}

# The end of a test: the plan, and the exit status.
finish() {
	echo "1..$check_number"
	exit ${check_failed:-0}
}
