#!/bin/bash
# A RabbitMQ for the tests: `scripts/rabbitmq.sh [start]` prints its amqp:// address, `stop` ends the one that `start` began.
#
# MEDLEY_TEST_AMQP_URL, when set, is printed as it is. Else whatever speaks AMQP on 127.0.0.1:5672 is used; else Debian's
# rabbitmq-server is installed when it is missing and a node of our own is started (management on 15672), with its own
# name, data folder and epmd, so that it meets no other node of this machine.
set -euo pipefail

port=5672
management_port=$((port + 10000))
url="amqp://guest:guest@127.0.0.1:$port"
dir=${MEDLEY_RABBITMQ_DIR:-$([[ $(id -u) == 0 ]] && echo /var/lib/medley-rabbitmq || echo "${TMPDIR:-/tmp}/medley-rabbitmq-$(id -u)")}
server=/usr/lib/rabbitmq/bin/rabbitmq-server
self=$(realpath "$0")

say() { echo "rabbitmq: $*" >&2; }

# True when the port answers an AMQP 0-9-1 greeting with a method frame (its first byte is 1).
speaks_amqp() {
  local first
  first=$(timeout 5 bash -c "exec 3<> /dev/tcp/127.0.0.1/$port && printf 'AMQP\0\0\11\1' >&3 && head -c 1 <&3 | od -An -tu1" 2> /dev/null) || return 1
  [[ ${first// /} == 1 ]]
}

listens() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

install_server() {
  [[ -x $server ]] && return
  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo > /dev/null || { say "rabbitmq-server is not installed and this is not root: install it, or set MEDLEY_TEST_AMQP_URL"; exit 1; }
    as_root=(sudo -n)
  fi
  command -v apt-get > /dev/null || { say "no apt-get here: install RabbitMQ, or set MEDLEY_TEST_AMQP_URL"; exit 1; }
  say "installing Debian's rabbitmq-server"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
  local packages=(install -y --no-install-recommends rabbitmq-server)
  "${apt[@]}" "${packages[@]}" < /dev/null > /dev/null 2>&1 && return
  "${apt[@]}" update < /dev/null > /dev/null
  "${apt[@]}" "${packages[@]}" < /dev/null > /dev/null
}

write_config() {
  mkdir -p "$dir/log" "$dir/data"
  cat > "$dir/rabbitmq.conf" << EOF
listeners.tcp.1 = 127.0.0.1:$port
management.tcp.ip = 127.0.0.1
management.tcp.port = $management_port
disk_free_limit.absolute = 50MB
EOF
  echo '[rabbitmq_management].' > "$dir/enabled_plugins"
  [[ $(id -u) != 0 ]] || chown -R rabbitmq: "$dir"
}

# Runs a command in the node's environment, as the node's user.
in_node() {
  local as_user=()
  [[ $(id -u) != 0 ]] || as_user=(runuser -u rabbitmq --)
  "${as_user[@]}" env HOME="$dir" LANG=C.UTF-8 RABBITMQ_NODENAME=medley-test@localhost RABBITMQ_DIST_PORT=$((port + 20010)) \
    ERL_EPMD_PORT=$((port + 5010)) ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_PID_FILE="$dir/pid" RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_CONFIG_FILE="$dir/rabbitmq.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins" RABBITMQ_MNESIA_BASE="$dir/data" \
    RABBITMQ_LOG_BASE="$dir/log" RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none' "$@"
}

# The process id of the node that `start` began, when it still runs.
own_pid() {
  local pid
  pid=$(cat "$dir/pid" 2> /dev/null) && [[ -n $pid ]] && grep -qasF -- "$dir" "/proc/$pid/cmdline" && echo "$pid"
}

await() { # SECONDS COMMAND…
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < until)) || return 1
    sleep 0.3
  done
}

ready() { speaks_amqp && listens "$management_port"; }

start() {
  speaks_amqp && return
  listens "$port" && { say "port $port is taken by something that does not speak AMQP"; exit 1; }
  install_server
  await 3 speaks_amqp && return # where services start by themselves, the package has started one
  write_config
  # A container may allow a milliard of open files, for which Erlang would make room at once.
  ulimit -n 65536 2> /dev/null || true
  cd "$dir"
  setsid -f bash -c 'exec "$@"' start "$self" node < /dev/null > "$dir/log/start.log" 2>&1 9>&-
  await 90 ready || { tail -n 20 "$dir/log/start.log" >&2; say "did not start, see $dir/log"; exit 1; }
}

stop() {
  local pid
  pid=$(own_pid) || return 0
  kill -TERM "$pid" 2> /dev/null || true
  await 30 bash -c "! kill -0 $pid 2> /dev/null" || kill -KILL "$pid" 2> /dev/null || true
  in_node epmd -kill > /dev/null 2>&1 || true
  rm -rf "$dir"
}

case ${1:-start} in
  start)
    [[ -n ${MEDLEY_TEST_AMQP_URL:-} ]] && { echo "$MEDLEY_TEST_AMQP_URL"; exit; }
    exec 9> "${TMPDIR:-/tmp}/medley-rabbitmq.$(id -u).lock"
    flock 9
    start
    echo "$url"
    ;;
  stop) stop ;;
  node) in_node "$server" ;; # what `start` leaves behind; not for people
  *)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
