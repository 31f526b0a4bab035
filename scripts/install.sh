#!/bin/sh
# Installs the packages of the lockfile when they are missing or older than it; one line when it has to, else silence.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
installed=node_modules/.package-lock.json
if [ -x node_modules/.bin/node ] && [ -f "$installed" ] && [ ! package-lock.json -nt "$installed" ]; then
  exit 0
fi
command -v npm > /dev/null || { echo 'medley needs Node 20 or later and npm (it brings its own Node 24 along)' >&2; exit 1; }
echo 'installing packages (once) …' >&2
npm ci --loglevel=error --no-progress < /dev/null > /dev/null
