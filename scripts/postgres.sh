#!/bin/bash
# A PostgreSQL for the tests: `scripts/postgres.sh [start]` prints its postgres:// address; `stop` ends and forgets the one that `start` began; `restart`.
#
# MEDLEY_TEST_POSTGRES_URL, when set, is printed as it is. Else whatever answers on 127.0.0.1:5433 is used; else Debian's
# postgresql is installed when it is missing and a cluster of our own is made and started. It trusts whoever comes over
# loopback, so it holds nothing but tests. MEDLEY_POSTGRES_PORT and MEDLEY_POSTGRES_DIR make another one beside it.
set -euo pipefail

port=${MEDLEY_POSTGRES_PORT:-5433}
url="postgres://postgres@127.0.0.1:$port/postgres"
dir=${MEDLEY_POSTGRES_DIR:-$([[ $(id -u) == 0 ]] && echo /var/lib/medley-postgres || echo "${TMPDIR:-/tmp}/medley-postgres-$(id -u)")}

say() { echo "postgres: $*" >&2; }

# The folder of the newest PostgreSQL that is installed: Debian keeps several side by side and puts none on the path.
programs() {
  local found
  found=$(find /usr/lib/postgresql -path '*/bin/initdb' 2> /dev/null | sort -V | tail -n 1)
  [[ -n $found ]] || found=$(command -v initdb) || return 1
  dirname "$found"
}

install_server() {
  programs > /dev/null && return
  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo > /dev/null || { say "PostgreSQL is not installed and this is not root: install it, or set MEDLEY_TEST_POSTGRES_URL"; exit 1; }
    as_root=(sudo -n)
  fi
  command -v apt-get > /dev/null || { say "no apt-get here: install PostgreSQL, or set MEDLEY_TEST_POSTGRES_URL"; exit 1; }
  say "installing Debian's postgresql"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
  local packages=(install -y --no-install-recommends postgresql)
  "${apt[@]}" "${packages[@]}" < /dev/null > /dev/null 2>&1 && return
  "${apt[@]}" update < /dev/null > /dev/null
  "${apt[@]}" "${packages[@]}" < /dev/null > /dev/null
}

# Runs one of PostgreSQL's programs as the cluster's user: the server refuses to run as root.
pg() { # PROGRAM ARGUMENT…
  local as_user=() program
  program=$(programs)/$1
  shift
  [[ $(id -u) != 0 ]] || as_user=(runuser -u postgres --)
  (cd / && "${as_user[@]}" env LC_ALL=C.UTF-8 "$program" "$@" 9>&-)
}

answers() { programs > /dev/null && pg pg_isready -q -h 127.0.0.1 -p "$port" -t 5; }

make_cluster() {
  [[ -f $dir/data/PG_VERSION ]] && return
  mkdir -p "$dir"
  [[ $(id -u) != 0 ]] || chown postgres: "$dir"
  local cluster=(-D "$dir/data" --username=postgres --auth=trust --encoding=UTF8 --no-sync)
  # Ordered as people order words, as most databases out there are; before PostgreSQL 15 it takes the plain way.
  pg initdb "${cluster[@]}" --locale-provider=icu --icu-locale=en-US > /dev/null 2>&1 || pg initdb "${cluster[@]}" > /dev/null
  cat >> "$dir/data/postgresql.conf" << EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = $port
max_connections = 200
EOF
}

control() { pg pg_ctl -D "$dir/data" -l "$dir/log" -w -t 60 -s "$@"; }

start() {
  answers && return
  (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && { say "port $port is taken by something that is not PostgreSQL"; exit 1; }
  install_server
  make_cluster
  control start || { tail -n 20 "$dir/log" >&2; say "did not start, see $dir/log"; exit 1; }
}

stop() {
  [[ -d $dir/data ]] || return 0
  control stop -m fast 2> /dev/null || true
  rm -rf "$dir"
}

case ${1:-start} in
  start)
    [[ -n ${MEDLEY_TEST_POSTGRES_URL:-} ]] && { echo "$MEDLEY_TEST_POSTGRES_URL"; exit; }
    exec 9> "${TMPDIR:-/tmp}/medley-postgres.$(id -u).lock"
    flock 9
    start
    echo "$url"
    ;;
  restart) control restart -m fast ;;
  stop) stop ;;
  *)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
