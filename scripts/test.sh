#!/bin/sh
# npm test: the unit tests, then integration on every broker, then faults. Last line: `N passed, N failed`; exit 1 on a fault.
#
# MEDLEY_TEST_AMQP_URLS   brokers for the integration tests, separated by spaces (default: the one of scripts/rabbitmq.sh)
# MEDLEY_TEST_POSTGRES_URL  the PostgreSQL for the integration tests (default: the one of scripts/postgres.sh)
# MEDLEY_TEST_SUITES      which jest projects to run (default: unit integration faults; CI adds notebook-weight, which needs
#                         Python, and chart and cluster, which need Kubernetes: that of KUBECONFIG, or of scripts/kubernetes.sh)
# MEDLEY_TEST_RESULTS     folder that keeps jest's JSON results (default: a temporary one)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
sh scripts/install.sh
suites=${MEDLEY_TEST_SUITES:-unit integration faults}
results=${MEDLEY_TEST_RESULTS:-$(mktemp -d)}
mkdir -p "$results"
forget_results() { [ -n "${MEDLEY_TEST_RESULTS:-}" ] || rm -rf "$results"; }
trap forget_results EXIT

# Integration tests that use none of the brokers, and so run once.
brokerless='/integration/(every-user|data-path-memory|store-postgres)'
skipped=

# Runs one jest project; its result is read from the file, so a crash that writes none counts as a fault too.
run() { # RESULT-NAME PROJECT [WORKERS]
  name=$1 project=$2 workers=${3:-${MEDLEY_TEST_WORKERS:-2}}
  MEDLEY_TEST_WORKERS=$workers sh scripts/jest.sh --selectProjects "$project" --json --outputFile="$results/$name.json" \
    ${skipped:+"--testPathIgnorePatterns=$skipped"} > /dev/null || true
  [ -f "$results/$name.json" ] || echo '{}' > "$results/$name.json"
}

has_tests() { # SUITE
  [ -n "$(find "test/$1" "examples/$1" -name node_modules -prune -o -name '*.test.ts' -print 2> /dev/null | head -n 1)" ]
}

# Ended with us where it did not run before.
need_kubernetes() {
  export MEDLEY_KUBERNETES_RUN="${MEDLEY_KUBERNETES_RUN:-$$}"
  trap 'bash scripts/kubernetes.sh stop || true; forget_results' EXIT
  KUBECONFIG=$(bash scripts/kubernetes.sh)
  export KUBECONFIG
}

brokers=
need_brokers() {
  [ -n "$brokers" ] && return
  brokers=${MEDLEY_TEST_AMQP_URLS:-$(bash scripts/rabbitmq.sh)}
  MEDLEY_TEST_AMQP_URL=${brokers%% *}
  export MEDLEY_TEST_AMQP_URL
}

for suite in $suites; do
  [ "$suite" = unit ] || has_tests "$suite" || continue
  case $suite in
    unit) ;;
    chart | cluster) need_kubernetes ;;
    *) need_brokers ;;
  esac
  case $suite in
    unit) run unit unit ;;
    integration)
      MEDLEY_TEST_POSTGRES_URL=$(bash scripts/postgres.sh)
      export MEDLEY_TEST_POSTGRES_URL
      at=0
      for broker in $brokers; do
        at=$((at + 1))
        echo "integration on ${broker##*@}" >&2
        MEDLEY_TEST_AMQP_URL=$broker run "integration-$at" integration
        skipped=$brokerless
      done
      skipped=
      ;;
    *) run "$suite" "$suite" 1 ;; # these measure time, or share one cluster: one file at once
  esac
done
node_modules/.bin/node scripts/sum-results.ts "$results"
