#!/bin/sh
# Prints the newest CPython at hand that is recent enough; a shim that leads nowhere is passed over.
shim=$(command -v python3)
case $shim in
    */shims/python3) pyenv=${PYENV_ROOT:-${shim%/shims/python3}} ;;
    *) pyenv=${PYENV_ROOT:-$HOME/.pyenv} ;;
esac
for python in \
    python3.15 python3.14 python3.13 python3.12 \
    "$pyenv"/versions/3.15.*/bin/python3 \
    "$pyenv"/versions/3.14.*/bin/python3 \
    "$pyenv"/versions/3.13.*/bin/python3 \
    "$pyenv"/versions/3.12.*/bin/python3 \
    python3.11 python3 python
do
    if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then
        echo "$python"
        exit 0
    fi
done
echo "aigate needs Python 3.11 or later" >&2
echo python3
