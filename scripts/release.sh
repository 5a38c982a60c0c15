#!/usr/bin/env bash
# Prepares a release: everything of .ci/run, known vulnerabilities, the list of what is inside (SBOM) and the tarball.
# `npm publish` is left to you. Needs a registry that answers `npm audit`.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(node -p "require('./package.json').version")
out="release/$version"

# A step that may be left out, such as `SKIP=audit` on a machine whose registry has no audit.
wanted() { [[ " ${SKIP:-} " != *" $1 "* ]]; }

if [ -n "$(git status --porcelain)" ]; then
  echo "There are changes that are not committed." >&2
  exit 1
fi
if wanted test; then LONG_TESTS=1 .ci/run; fi
if wanted audit; then npm audit --omit=dev; fi
rm -rf "$out"
mkdir -p "$out"
npm sbom --omit=dev --sbom-format cyclonedx >"$out/sbom.cyclonedx.json"
npm pack --pack-destination "$out" >"$out/packed.txt"
echo "$out contains the SBOM and the tarball. Publish it with: npm publish $out/429chain-$version.tgz"
