#!/bin/bash
# A Kubernetes cluster for the tests: `scripts/kubernetes.sh [start]` prints its KUBECONFIG; `stop` ends what `start` began and nothing else.
#
# KUBECONFIG, when set, is printed as it is: any cluster will do. Else the one of ../shared/cluster is used where that folder
# is: as it runs, else started (root; the first time on a machine takes about ten minutes).
#   image        builds this tree's image, puts it on every node, prints its name; MEDLEY_TEST_IMAGE, when set, is printed as it is
#   build FOLDER NAME [FLAG]…   builds another image and puts it on every node
#   addon NAME   installs keda, prometheus, prometheus-adapter or rabbitmq-operator; on another cluster it is enough that it is there
#   prepare      makes what is slow to make, this tree's image and add-ons too, at the lowest priority, and leaves nothing running
# MEDLEY_TEST_NODES is how many nodes `start` begins with (1). MEDLEY_KUBERNETES_RUN names a run of the tests: of two at once,
# the one that found the cluster running does not end it. `stop` by hand, without one, ends it anyway.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cluster=../shared/cluster/cluster
scratch=${TMPDIR:-/tmp}/medley-kubernetes-$(id -u)
mkdir -p "$scratch"

say() { echo "kubernetes: $*" >&2; }
run=${MEDLEY_KUBERNETES_RUN:-hand}
mark() { echo "$1 $run" > "$scratch/started"; } # SUM
sum_of() { sha256sum "$1" | cut -c1-16; }

# What only ../shared/cluster can do, and only for its own cluster.
need_cluster() { # SENTENCE
  [[ -x $cluster && ${KUBECONFIG:-} =~ ^$|^$("$cluster" kubeconfig)$ ]] || { say "$1"; exit 1; }
}

answers() { # KUBECONFIG
  [[ -s $1 ]] && "$(scripts/kubernetes-tools.sh)/kubectl" --kubeconfig "$1" --request-timeout=5s get --raw /readyz > /dev/null 2>&1
}

start() {
  need_cluster 'set KUBECONFIG to a cluster that tests may use: there is none here to start'
  local config
  config=$("$cluster" kubeconfig)
  answers "$config" || {
    mark being-made
    "$cluster" up --nodes "${MEDLEY_TEST_NODES:-1}" < /dev/null > /dev/null
    mark "$(sum_of "$config")"
  }
  echo "$config"
}

# Its keys are made anew with each cluster, so another one that runs by now is not taken for ours.
stop() {
  [[ -s $scratch/started && -x $cluster ]] || return 0
  local config sum starter
  config=$("$cluster" kubeconfig)
  read -r sum starter < "$scratch/started"
  [[ $run == hand || $run == "$starter" ]] || return 0
  [[ ! -s $config || $sum =~ ^(being-made|$(sum_of "$config"))$ ]] && "$cluster" down > /dev/null
  rm -f "$scratch/started"
}

prepare() {
  [[ -z ${KUBECONFIG:-} && -x $cluster ]] || return 0
  local config
  config=$("$cluster" kubeconfig)
  ! answers "$config" || return 0
  mark being-made
  renice -n 19 -p $$ > /dev/null
  "$cluster" up < /dev/null > /dev/null
  # The image's layers are kept. What is missing in the end is made by the test that wants it.
  (image) > /dev/null || true
  local name
  for name in prometheus rabbitmq-operator; do "$cluster" addon "$name" < /dev/null > /dev/null || true; done
  "$cluster" down > /dev/null
  rm -f "$scratch/started"
}

# What the image is made of, so that an unchanged tree is not built twice.
inputs() {
  git ls-files -z --cached --others --exclude-standard -- Dockerfile .dockerignore package.json package-lock.json LICENSE cmd src scripts/bundle.ts examples/webflix k8s/samples ':!*.test.ts' |
    xargs -0 sh -c 'for file; do [ ! -f "$file" ] || sha256sum "$file"; done' sh | sha256sum | cut -c1-12
}

image() {
  need_cluster 'set MEDLEY_TEST_IMAGE to an image of this tree that the cluster has: nothing here can put one on it'
  local name built
  name=medley:test-$(inputs)
  built=$scratch/${name#*:}-$(sum_of "$("$cluster" kubeconfig)")
  [[ -e $built ]] || {
    say "building $name"
    "$cluster" build . "$name" < /dev/null > "$scratch/build.log" 2>&1 || { tail -n 20 "$scratch/build.log" >&2; exit 1; }
    touch "$built"
  }
  echo "$name"
}

# An add-on is known by what it adds to the API.
has_addon() { # NAME
  local kinds
  kinds=$("$(scripts/kubernetes-tools.sh)/kubectl" --request-timeout=10s get --raw "/apis/$1" 2> /dev/null) && [[ -n $kinds ]]
}

addon() { # NAME
  local group
  case $1 in
    keda) group=keda.sh ;;
    prometheus) group=monitoring.coreos.com ;;
    prometheus-adapter) group=external.metrics.k8s.io ;;
    rabbitmq-operator) group=rabbitmq.com ;;
    *) say "there is no add-on ${1:-without a name}"; exit 2 ;;
  esac
  [[ -n ${KUBECONFIG:-} && ! $KUBECONFIG =~ ^$("$cluster" kubeconfig 2> /dev/null || echo none)$ ]] && has_addon "$group" && return
  need_cluster "install $1 on the cluster first: nothing here can"
  # What a HorizontalPodAutoscaler sees is what these rules make of Prometheus's series.
  export MEDLEY_ADAPTER_RULES=${MEDLEY_ADAPTER_RULES:-$PWD/k8s/autoscaling/adapter-rules.yaml}
  "$cluster" addon "$1" < /dev/null > /dev/null
}

build() { # FOLDER NAME [FLAG]…
  need_cluster "make the image $2 of $1 and put it on the cluster first: nothing here can"
  "$cluster" build "$@" < /dev/null > "$scratch/build.log" 2>&1 || { tail -n 20 "$scratch/build.log" >&2; exit 1; }
}

case ${1:-start} in
  start) [[ -n ${KUBECONFIG:-} ]] && { echo "$KUBECONFIG"; exit; } ;;
  image) [[ -n ${MEDLEY_TEST_IMAGE:-} ]] && { echo "$MEDLEY_TEST_IMAGE"; exit; } ;;
esac
exec 9> "$scratch/lock"
flock 9
case ${1:-start} in
  start | stop | prepare | image) "${1:-start}" 9>&- ;;
  build) build "${@:2}" 9>&- ;;
  addon) addon "${2:-}" 9>&- ;;
  *)
    sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
