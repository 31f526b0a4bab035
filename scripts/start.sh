#!/bin/sh
# npm start [-- OPTIONS]: installs what is missing, then becomes `medley up OPTIONS`, so that signals reach it.
set -eu
exec sh "$(dirname "$0")/medley.sh" up "$@"
