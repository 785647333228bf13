#!/usr/bin/env bash
# The gate on any host: installs its own checkout, judges a commit, and passes only on a fresh
# decision about exactly that commit. The job's environment says what to do:
#
#   AIGATE_TARGET    the branch that the change is meant for; it is fetched
#   AIGATE_BASE      in place of that: the commit to compare with; with neither, the whole tree
#   AIGATE_DEFAULT   the default branch of the repository
#   AIGATE_FORMAT    what to print, by default text
#   AIGATE_OUTPUTS   reports to write as well, FORMAT=FILE with blanks between
#   AIGATE_INSIGHTS  the one among them that Bitbucket is shown, FILE of bitbucket=FILE
#   AIGATE_TRUST     the SHA-256 of the trust root
#   AIGATE_PYTHON    the Python to run on, by default python3
#   AIGATE_COMMAND   an aigate that is installed already, as in an image of your own
set -euo pipefail -f
umask 077

ours="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# No program of the gate gets to see the job's tokens; only what fetches has them.
clean() {
  local -a kept=("PATH=$PATH" "HOME=${HOME:-$work}" "LC_ALL=C.UTF-8" "TMPDIR=$work")
  local name
  for name in ${KEEP:-}; do
    if [[ -n "${!name:-}" ]]; then kept+=("$name=${!name}"); fi
  done
  env -i "${kept[@]}" "$@"
}

head="$(git rev-parse --verify --quiet 'HEAD^{commit}')" || {
  echo "aigate: no commit is checked out here, so nothing was judged" >&2
  echo "hint: run this in a checkout of the repository, by the user that it belongs to" >&2
  exit 3
}
given=(--head "$head")
base="${AIGATE_BASE:-}"
if [[ -n "${AIGATE_TARGET:-}" ]]; then
  base="origin/$AIGATE_TARGET"
  GIT_TERMINAL_PROMPT=0 git fetch --quiet --no-tags origin "+refs/heads/$AIGATE_TARGET:refs/remotes/$base" ||
    echo "aigate: the branch cannot be fetched; what is here of it counts" >&2
fi
if [[ -n "$base" ]]; then given+=(--base "$base"); fi
about=("${given[@]}")
if [[ -n "${AIGATE_DEFAULT:-}" ]]; then given+=(--default-branch "$AIGATE_DEFAULT"); fi
if [[ -n "${AIGATE_TRUST:-}" ]]; then given+=(--trust-root "$AIGATE_TRUST"); fi
given+=(--format "${AIGATE_FORMAT:-text}")
for output in ${AIGATE_OUTPUTS:-}; do given+=(-o "$output"); done

if [[ -n "${AIGATE_COMMAND:-}" ]]; then
  read -r -a gate <<<"$AIGATE_COMMAND"
else
  KEEP="PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_CERT PIP_CACHE_DIR HTTPS_PROXY HTTP_PROXY NO_PROXY" clean \
    "AIGATE_PYTHON=${AIGATE_PYTHON:-python3}" "RUNNER_TEMP=$work" "GITHUB_ACTION_PATH=$ours" \
    "$ours/.github/action/install.sh" >&2
  gate=("$work/aigate-home/bin/python" -I -m aigate)
fi

# What a pipeline of Azure DevOps is called; nothing secret is among it.
KEEP="TF_BUILD SYSTEM_COLLECTIONURI SYSTEM_TEAMPROJECTID SYSTEM_DEFINITIONID BUILD_DEFINITIONNAME
  SYSTEM_PHASEID SYSTEM_PHASENAME BUILD_SOURCEBRANCH BUILD_BUILDID"
nonce="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
touch "$work/begun"
code=0
clean "${gate[@]}" scan "${given[@]}" --quiet --nonce "$nonce" --decision "$work/decision.json" || code=$?

# The last word: an exit status alone is not enough for a pass.
if [[ $code -eq 0 && -n "$base" ]]; then
  said="$(clean "${gate[@]}" verify-verdict "$work/decision.json" "${about[@]}" --nonce "$nonce" \
    ${AIGATE_TRUST:+--trust-root "$AIGATE_TRUST"})" || code=$?
  printf '%s\n' "$said" >&2
  # It calls a decision in advisory mode no pass, which is true, and which stops nothing.
  case "$code $said" in
    "0 pass: "*) ;;
    "1 advisory-fail: "*) code=0 ;;
    0*) code=3 ;;
  esac
elif [[ $code -eq 0 ]] && ! { grep -qsF "\"$nonce\"" "$work/decision.json" &&
  grep -qF "\"$head\"" "$work/decision.json"; }; then
  code=3
fi
if [[ $code -eq 3 && ! -s "$work/decision.json" ]]; then
  echo "aigate: there is no decision about this commit" >&2
  echo "hint: look at what is said above; nothing passes without one" >&2
fi
# Only what this run wrote is shown: the change could bring such a file as well.
if [[ -n "${AIGATE_INSIGHTS:-}" && "$AIGATE_INSIGHTS" -nt "$work/begun" ]]; then
  # What cannot be shown changes no verdict.
  KEEP="BITBUCKET_WORKSPACE BITBUCKET_REPO_SLUG BITBUCKET_COMMIT" clean \
    "${gate[@]}" code-insights "$AIGATE_INSIGHTS" >&2 || true
fi
exit "$code"
