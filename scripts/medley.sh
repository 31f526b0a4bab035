#!/bin/sh
# npx medley COMMAND…: installs what is missing, then becomes the command line under the project's own Node.
set -eu
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
sh "$root/scripts/install.sh"
PATH="$root/node_modules/.bin:$PATH"
export PATH
exec node --disable-warning=ExperimentalWarning "$root/cmd/medley.ts" "$@"
