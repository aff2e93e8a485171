# shellcheck shell=bash
# Sourced by the scripts. Makes sure of Node.js 24, pnpm and the project's packages, and sets
#   root   the checkout
#   node   the Node.js 24 to run our programs with
# Everything is installed into this checkout (.tools/ and node_modules/), once; later runs need
# no network and print nothing. Must run under bash 3.2, which is what macOS has.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
tools=$root/.tools
node=$tools/node_modules/.bin/node

fail() {
  echo "error: $1" >&2
  exit 1
}

for program in git ssh ssh-keygen npm; do
  command -v "$program" >/dev/null 2>&1 ||
    fail "'$program' is not installed; needed are git, the OpenSSH client, Node.js 20 or newer and npm"
done

# What an installation from file $1 is good for: these contents on this kind of machine.
stamp_of() {
  uname -sm
  cat "$1"
}

# Usage: is_installed FILE PROOF: whether FILE has been installed from and PROOF can be run.
is_installed() {
  [ -x "$2" ] && stamp_of "$1" | cmp -s - "$tools/$(basename "$1").done"
}

# Waits until no other script installs into this checkout. The lock is a link that names its holder;
# that of a script that was killed does not count.
take_lock() {
  local lock=$tools/lock waited=0 holder mine
  mine=$(sh -c 'echo "$PPID"') # not $$, which in a subshell is the outer script
  until ln -s "$mine" "$lock" 2>/dev/null; do
    holder=$(readlink "$lock" || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -f "$lock"
      continue
    fi
    [ "$waited" -lt 600 ] || fail "another script (process $holder) has been installing packages for ten minutes"
    sleep 1
    waited=$((waited + 1))
  done
  trap 'rm -f "$tools/lock"' EXIT
  trap 'exit 130' INT TERM HUP
}

# Usage: ensure FILE PROOF WHAT COMMAND: runs COMMAND, unless FILE has been installed from.
ensure() {
  is_installed "$1" "$2" && return 0
  mkdir -p "$tools"
  # A subshell, so that its traps are not the caller's.
  (
    take_lock
    is_installed "$1" "$2" && exit 0
    echo "Installing $3 …" >&2
    if ! "$4" </dev/null >"$tools/install.log" 2>&1; then
      tail -n 30 "$tools/install.log" >&2
      fail "could not install $3"
    fi
    stamp_of "$1" >"$tools/$(basename "$1").done"
  ) || exit 1
}

install_tools() {
  local major
  major=$(node -p 'process.versions.node.split(".")[0]') || return 1
  if [ "$major" -lt 20 ]; then
    echo "needed is Node.js 20 or newer, this is $(node --version)"
    return 1
  fi
  # What an interrupted run left behind, npm takes for installed.
  "$node" --version || rm -rf "$tools/node_modules"
  cp "$root/scripts/toolchain/package.json" "$tools/package.json"
  # The binary of Node.js is fetched by an install script, also where a person's settings forbid them.
  npm install --prefix "$tools" --ignore-scripts=false --no-package-lock --no-audit --no-fund --loglevel=error &&
    "$node" --version
}

install_packages() {
  # CI: never asks; NODE_ENV: what tests and builds need is wanted too.
  cd "$root" && CI=true NODE_ENV=development PATH="$tools/node_modules/.bin:$PATH" pnpm install --frozen-lockfile
}

# Puts Node.js 24, pnpm and the project's tools first on PATH. Our two programs run without it,
# so that what they start (git, credential plugins of a kubeconfig) finds the machine's own.
use_tools() {
  export PATH="$tools/node_modules/.bin:$root/node_modules/.bin:$PATH"
}

ensure "$root/scripts/toolchain/package.json" "$node" 'Node.js 24 and pnpm into .tools/' install_tools
ensure "$root/pnpm-lock.yaml" "$root/node_modules/.bin/tsc" 'packages into node_modules/' install_packages
