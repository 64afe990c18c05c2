using System.Runtime.Versioning;
using static Workspaces.Tests.Identity.ScriptedEntra;

namespace Workspaces.Tests.Identity;

/// <summary>Azure.Identity starts the first <c>az</c> of PATH: here a script that answers as Azure CLI does.</summary>
[Collection(nameof(ProgramsOnPath))]
public sealed class AzureCliSignInTests
{
    private static readonly string Ada = TokenOf("""{"upn":"ada@example.org"}""");

    [Fact]
    public async Task AzureCli_IsAskedOnceForTheTenant()
    {
        if (OperatingSystem.IsWindows())
            return; // the stand-in is a shell script
        using var programs = new ProgramsOnPath();
        var place = PlaceWith(
            programs,
            $$"""echo '{"accessToken":"{{Ada}}","expiresOn":"2099-01-01 00:00:00.000000","expires_on":4070908800,"tenant":"{{Tenant}}","tokenType":"Bearer"}'"""
        );
        var signIn = place.SignIn("azure-cli");

        for (var request = 0; request < 3; request++)
            Assert.Equal(Ada, (await signIn.GetTokenAsync(TestPlace.Arm, TestContext.Current.CancellationToken)).Token);

        Assert.Equal(["Signed in    as ada@example.org by Azure CLI"], place.Shown);
        Assert.Equal(
            [$"account get-access-token --output json --resource https://management.azure.com --tenant {Tenant}"],
            await File.ReadAllLinesAsync(Path.Combine(programs.Folder, "asked"), TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData(
        "ERROR: Please run 'az login' to setup account.",
        $"--credential=azure-cli cannot be used here: nobody is signed in to it: `az login --tenant {Tenant}`. Leave it out for the first that is configured, or see docs/identity.md."
    )]
    [InlineData(
        "ERROR: AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication to access. Trace ID: 1f Interactive authentication is needed. Please run: az login",
        $"Signing in by Azure CLI failed: the tenant wants another factor, or a device it manages (50076); it must be given once: `az login --tenant {Tenant}`."
    )]
    [InlineData(
        "ERROR: AADSTS700082: The refresh token has expired due to inactivity. Trace ID: 1f",
        $"Signing in by Azure CLI failed: that sign-in has ended (700082); it must be done anew: `az login --tenant {Tenant}`."
    )]
    [InlineData(
        "ERROR: AADSTS65001: The user or administrator has not consented to use the application. Trace ID: 1f",
        $"Signing in by Azure CLI failed: nobody has consented to it in tenant {Tenant} (65001); somebody must: `az login --tenant {Tenant} --scope https://management.core.windows.net//.default`."
    )]
    public async Task AzureCli_SaysHowToSignInAnew(string said, string expected)
    {
        if (OperatingSystem.IsWindows())
            return; // the stand-in is a shell script
        using var programs = new ProgramsOnPath();
        var place = PlaceWith(programs, $"echo \"{said}\" >&2; exit 1");

        Assert.Equal(expected, await place.FailAsync("azure-cli"));
    }

    [UnsupportedOSPlatform("windows")]
    private static TestPlace PlaceWith(ProgramsOnPath programs, string answer)
    {
        var place = new TestPlace().With(("PATH", programs.Folder));
        place.Files.Add(programs.Add("az", $"#!/bin/sh\necho \"$@\" >>'{programs.Folder}/asked'\n{answer}\n"));
        return place;
    }
}
