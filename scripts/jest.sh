#!/bin/sh
# Runs jest under the project's own Node: scripts/jest.sh [PATH | jest option]…
# At most two workers (MEDLEY_TEST_WORKERS), native ES modules. Paths are files, folders or regular expressions; one behind
# --selectProjects is taken for a project. The time limit is far above what a test takes: a busy machine is no fault.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
PATH="$root/node_modules/.bin:$PATH"
export PATH
cd "$root"
exec node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js \
  --maxWorkers="${MEDLEY_TEST_WORKERS:-2}" --testTimeout=30000 "$@"
