# Runs a target:  ./build.ps1 --target=Train   (without arguments: lists them)
# Starts the host in build/ with every argument as given. Where the host is not built, or is older than its sources, it restores the Cake tool
# and runs `dotnet cake`, which builds it.
$ErrorActionPreference = 'Stop'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

Push-Location $PSScriptRoot
try {
    $dotnet = Get-Command dotnet -ErrorAction SilentlyContinue

    # The host compares its sources with the record of its build. When they differ, it deletes the record and ends with exit code 75.
    $assembly = 'build/bin/Release/net10.0/Build.dll'
    $record = 'build/bin/sources.txt'
    if ($dotnet -and (Test-Path $assembly) -and (Test-Path $record)) {
        & dotnet $assembly --entry= @args
        if ($LASTEXITCODE -ne 75 -or (Test-Path $record)) {
            exit $LASTEXITCODE
        }
    }

    $manifest = '.config/dotnet-tools.json'
    $stamp = '.local/cake/restored'
    $version = (Get-Content $manifest -Raw | ConvertFrom-Json).tools.'cake.tool'.version
    $packages = if ($env:NUGET_PACKAGES) { $env:NUGET_PACKAGES } else { Join-Path $HOME '.nuget/packages' }
    $wanted = (Get-Content $manifest -Raw) + (Get-Content global.json -Raw)

    $restored = $dotnet -and (Test-Path "$packages/cake.tool/$version") -and (Test-Path $stamp) -and ((Get-Content $stamp -Raw) -eq $wanted)
    if (-not $restored) {
        # Here `dotnet --version` fails unless an SDK is installed that global.json accepts.
        if ($dotnet) { $ErrorActionPreference = 'Continue'; & dotnet --version 2>&1 | Out-Null; $ErrorActionPreference = 'Stop' }
        if (-not $dotnet -or $LASTEXITCODE -ne 0) {
            $required = (Get-Content global.json -Raw | ConvertFrom-Json).sdk.version
            [Console]::Error.WriteLine("The .NET SDK $required, or a later 10.0 one, is not installed; global.json requires it.")
            [Console]::Error.WriteLine("Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and put 'dotnet' on the PATH, then run this again.")
            exit 1
        }

        & dotnet tool restore | Out-Null
        if ($LASTEXITCODE -ne 0) {
            [Console]::Error.WriteLine("The Cake tool could not be restored; run 'dotnet tool restore' to see why.")
            exit 1
        }

        New-Item -ItemType Directory -Force (Split-Path $stamp) | Out-Null
        Set-Content -Path $stamp -Value $wanted -NoNewline
    }

    & dotnet cake @args
    exit $LASTEXITCODE
}
finally {
    Pop-Location
}
