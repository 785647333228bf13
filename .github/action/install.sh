#!/usr/bin/env bash
# Installs what the gate needs into an environment of its own: locked, hashed, and nothing of
# the workspace. The gate itself runs from the checkout of the action.
set -euo pipefail

python="${AIGATE_PYTHON:-python3}"
home="$RUNNER_TEMP/aigate-home"
# Of the action that judges, and of the one that comments for forks.
checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

cd "$checkout"
if ! "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "::error title=aigate (3)::the gate needs Python 3.11 or later%0Ahint: set one up in a step before, or name it by the input \`python\`"
  exit 3
fi
rm -rf "$home"
"$python" -I -m venv "$home"
"$home/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input \
  --require-hashes --only-binary :all: -r .github/action/requirements.txt
site="$("$home/bin/python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
printf '%s\n' "$checkout" > "$site/aigate.pth"
"$home/bin/python" -I -m aigate --version
