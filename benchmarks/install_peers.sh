#!/usr/bin/env bash
# Installs the peers that the benchmarks measure beside the engine, from the ordinary registries: Turborepo and Nx
# into .bench/npm, and Debian's bazel-bootstrap and xxhash as system packages. What cannot be had is named at the end;
# its column then says "not installed", and nothing else changes.
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly npm_packages=(turbo@2.11.11 nx@24.0.6)
readonly system_packages=(bazel-bootstrap xxhash)
missing=()

if command -v npm >/dev/null; then
    mkdir -p .bench/npm
    npm install --prefix .bench/npm --no-audit --no-fund --no-save --loglevel error "${npm_packages[@]}" ||
        missing+=("${npm_packages[@]}")
else
    missing+=("${npm_packages[@]} (npm is needed)")
fi

if command -v bazel >/dev/null && command -v xxh128sum >/dev/null; then
    :
elif [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${system_packages[@]}" >/dev/null; } ||
        missing+=("${system_packages[@]}")
else
    missing+=("${system_packages[@]} (as root on Debian: apt-get install ${system_packages[*]})")
fi

if ((${#missing[@]})); then
    printf 'not installed: %s\n' "${missing[@]}" >&2
fi
