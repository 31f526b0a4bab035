#!/bin/bash
# The interpreter of Tilt's language, for the test that evaluates the Tiltfile: prints its path. Built once, by Go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=v0.0.0-20260908191801-89a6a09411d5
bin=$PWD/node_modules/.cache/medley/starlark-$version

if [[ ! -x $bin/starlark ]]; then
  command -v go > /dev/null || { echo 'starlark: needs Go, to build the interpreter' >&2; exit 1; }
  GOBIN=$bin GOFLAGS=-mod=mod go install "go.starlark.net/cmd/starlark@$version" > /dev/null
fi
echo "$bin/starlark"
