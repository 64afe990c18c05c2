#!/usr/bin/env bash
# Runs a target:  ./build.sh --target=Train   (without arguments: lists them)
# Restores the Cake tool when that is needed, then hands every argument to `dotnet cake`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

if ! command -v dotnet >/dev/null; then
    for folder in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
        if [[ -x "$folder/dotnet" ]]; then
            export PATH="$folder:$PATH" DOTNET_ROOT="$folder"
            break
        fi
    done
fi

manifest=.config/dotnet-tools.json
stamp=.local/cake/restored
version=$(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' "$manifest")
tool="${NUGET_PACKAGES:-${HOME:-}/.nuget/packages}/cake.tool/$version"

if ! [[ -d "$tool" && -f "$stamp" ]] || ! cat "$manifest" global.json | cmp -s - "$stamp" || ! command -v dotnet >/dev/null; then
    required=$(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' global.json)
    # Here `dotnet --version` fails unless an SDK is installed that global.json accepts.
    if ! dotnet --version >/dev/null 2>&1; then
        echo "The .NET SDK $required, or a later 10.0 one, is not installed; global.json asks for it." >&2
        echo "Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and put 'dotnet' on the PATH, then run this again." >&2
        exit 1
    fi
    if ! restored=$(dotnet tool restore 2>&1); then
        printf '%s\n' "$restored" >&2
        exit 1
    fi
    mkdir -p "$(dirname "$stamp")"
    cat "$manifest" global.json >"$stamp"
fi

exec dotnet cake "$@"
