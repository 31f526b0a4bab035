#!/bin/sh
# npm start [-- OPTIONS]: installs what is missing, then becomes `medley up OPTIONS`, so that signals reach it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/scripts/install.sh"
PATH="$root/node_modules/.bin:$PATH"
export PATH
exec node --disable-warning=ExperimentalWarning "$root/cmd/medley.ts" up "$@"
