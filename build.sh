#!/usr/bin/env bash
# Runs a target:  ./build.sh --target=Train   (without arguments: lists them)
# Starts the host in build/ with every argument as given. Where the host is not built, or is older than its sources, it restores the Cake tool
# and hands over to `dotnet cake`, which builds it.
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

# The host compares its sources with the record of its build. When they differ, it deletes the record and runs this script again.
host=build/bin/Release/net10.0/Build.dll
if [[ -f "$host" && -f build/bin/sources.txt ]] && command -v dotnet >/dev/null; then
    exec dotnet "$host" --entry=./build.sh "$@"
fi

manifest=.config/dotnet-tools.json
stamp=.local/cake/restored
version=$(sed -n '/"cake\.tool"/,/}/s/.*"version": *"\([^"]*\)".*/\1/p' "$manifest")
tool="${NUGET_PACKAGES:-${HOME:-}/.nuget/packages}/cake.tool/$version"

if ! [[ -d "$tool" && -f "$stamp" ]] || ! cat "$manifest" global.json | cmp -s - "$stamp" || ! command -v dotnet >/dev/null; then
    required=$(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' global.json)
    # Here `dotnet --version` fails unless an SDK is installed that global.json accepts.
    if ! dotnet --version >/dev/null 2>&1; then
        echo "The .NET SDK $required, or a later 10.0 one, is not installed; global.json requires it." >&2
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
