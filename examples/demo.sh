#!/bin/sh
# Shows a change that is blocked, what that means, and the same change mended.
set -eu
bin=$1
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
expect() {
    if [ "$1" -ne "$2" ]; then echo "expected exit $2, got $1" >&2; exit 1; fi
    echo "(exit $1)"
}

"$bin/python" "$here/build.py" fails "$work/fails"
"$bin/python" "$here/build.py" passes "$work/passes"

echo "An assistant added two routes. The gate judges the change:"
say "aigate scan --base HEAD~1 --head HEAD"
cd "$work/fails"
code=0; "$bin/aigate" scan --base HEAD~1 --head HEAD || code=$?
expect "$code" 1

echo
echo "What is that, and what to do about it?"
say "aigate explain python-sql-injection"
"$bin/aigate" explain python-sql-injection

echo
echo "The same routes, mended:"
say "aigate scan --base HEAD~1 --head HEAD"
cd "$work/passes"
code=0; "$bin/aigate" scan --base HEAD~1 --head HEAD || code=$?
expect "$code" 0
