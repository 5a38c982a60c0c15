#!/usr/bin/env bash
# Builds the image of 429chain and tests it on a machine without Docker. Needs root, and debootstrap, buildah and bubblewrap
# from Debian. Uses the real Dockerfile with a substitute base image of the same Debian with Node 24, which is created once
# and kept in $CACHE.
set -euo pipefail
cd "$(dirname "$0")/.."

CACHE=${CACHE:-/var/tmp/429chain-image}
BASE=docker.io/library/node:24-bookworm-slim
IMAGE=localhost/429chain:tried

[ "$(id -u)" = 0 ] || { echo 'try-image needs root: it mounts what it built.' >&2; exit 1; }
for command in debootstrap buildah bwrap setpriv; do
  command -v "$command" >/dev/null ||
    { echo "try-image needs $command: apt-get install debootstrap buildah bubblewrap util-linux" >&2; exit 1; }
done

mkdir -p "$CACHE"
builder() { buildah --storage-driver vfs --root "$CACHE/storage" --runroot "$CACHE/run" "$@"; }
build() {
  # Where the network has certificates of its own, the builder has to know them.
  builder bud --quiet --isolation chroot --pull-never --format docker \
    ${NODE_EXTRA_CA_CERTS:+--volume /etc/ssl/certs:/etc/ssl/certs:ro} "$@" >/dev/null
}

make_base() {
  local context=$CACHE/base
  [ -f "$CACHE/root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$CACHE/root" >"$CACHE/debootstrap.log"
  rm -rf "$context"
  mkdir -p "$context"
  npm install --silent --prefix "$context/node24" node@24
  cp "$context/node24/node_modules/node/bin/node" "$context/node"
  cp -r "$(npm root --global)/npm" "$context/npm"
  tar --create --file "$context/base.tar" --directory "$CACHE/root" .
  cat >"$context/Dockerfile" <<'BASE'
FROM scratch
ADD base.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN rm -rf /var/cache/apt/* /var/lib/apt/lists/* \
  && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
  && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
  && groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
BASE
  [ -z "${NODE_EXTRA_CA_CERTS:-}" ] ||
    echo "RUN mkdir -p /usr/local/etc && echo cafile=$NODE_EXTRA_CA_CERTS >/usr/local/etc/npmrc" >>"$context/Dockerfile"
  build --tag "$BASE" "$context"
  rm -rf "$context"
}

echo "The stand-in for ${BASE#docker.io/library/}"
builder inspect --type image "$BASE" >/dev/null 2>&1 || make_base

echo 'The stages of the Dockerfile'
build --tag "$IMAGE" .
container=$(builder from --pull-never "$IMAGE")
trap 'builder umount "$container" >/dev/null; builder rm "$container" >/dev/null' EXIT
root=$(builder mount "$container")
builder inspect --type image "$IMAGE" >"$CACHE/image.json"
echo "  $(du -sm "$root" | cut -f1) MB, of which ours $(du -sm "$root/app" | cut -f1) MB"

# In a separate network, the port of the image is free and nothing else is reachable.
bwrap --dev-bind / / --unshare-net --die-with-parent --chdir "$PWD" \
  node --import tsx --conditions=429chain-source scripts/try-image.ts "$root" "$CACHE/image.json"
