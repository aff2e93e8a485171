# Sourced by the scripts: makes sure of Node.js 24, pnpm and the project's packages,
# and puts them first on PATH. Nothing is installed outside of this checkout.
# Must run under bash 3.2, which is what macOS has.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
tools=$root/.tools

for program in git ssh ssh-keygen npm; do
  if ! command -v "$program" >/dev/null 2>&1; then
    echo "error: '$program' is not installed; needed are git, the OpenSSH client, Node.js 20 or newer and npm" >&2
    exit 1
  fi
done

# Runs "$2..." unless it ran before on the same contents of the file $1; one caller at a time.
once_for() {
  local file=$1 stamp lock=$tools/lock
  shift
  stamp=$tools/$(basename "$file").done
  cmp -s "$file" "$stamp" && return 0
  mkdir -p "$tools"
  local waited=0
  until mkdir "$lock" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
    if [ "$waited" -gt 300 ]; then
      echo "error: another script has been installing packages for five minutes; if none is running, remove $lock" >&2
      exit 1
    fi
  done
  if ! cmp -s "$file" "$stamp"; then
    local log=$tools/install.log
    if ! "$@" >"$log" 2>&1; then
      rmdir "$lock"
      echo "error: could not install what the scripts need ($*):" >&2
      tail -n 30 "$log" >&2
      exit 1
    fi
    cp "$file" "$stamp"
  fi
  rmdir "$lock"
}

install_tools() {
  cp "$root/scripts/toolchain/package.json" "$tools/package.json"
  npm install --prefix "$tools" --no-package-lock --no-audit --no-fund --loglevel=error
}

install_packages() {
  (cd "$root" && pnpm install --frozen-lockfile)
}

once_for "$root/scripts/toolchain/package.json" install_tools
PATH=$tools/node_modules/.bin:$root/node_modules/.bin:$PATH
export PATH
once_for "$root/pnpm-lock.yaml" install_packages
