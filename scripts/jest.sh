#!/bin/sh
# Runs jest under the project's own Node: scripts/jest.sh [PATH | jest option]…
# At most two workers (MEDLEY_TEST_WORKERS), native ES modules. Paths are files, folders or regular expressions; one behind
# --selectProjects is taken for a project. The time limit is far above what a test takes: a busy machine is no fault.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
PATH="$root/node_modules/.bin:$PATH"
export PATH
cd "$root"
# Threads that read .ts bring WebAssembly, and V8 aborts the process now and then ("Check failed: jit_page.has_value()") where one
# replaces the wrappers of its imports by faster ones while another comes or goes (nodejs/node#64500). So none are replaced.
exec node --experimental-vm-modules --wasm-wrapper-tiering-budget=1000000000 --disable-warning=ExperimentalWarning \
  node_modules/jest/bin/jest.js \
  --maxWorkers="${MEDLEY_TEST_WORKERS:-2}" --testTimeout=30000 "$@"
