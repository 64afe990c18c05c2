using System.Runtime.Versioning;
using static Workspaces.Tests.SignIn.ScriptedEntra;

namespace Workspaces.Tests.SignIn;

/// <summary>Tests the Azure CLI source with a script that replaces <c>az</c> on PATH, which Azure.Identity starts.</summary>
[Collection(nameof(ProgramsOnPath))]
public sealed class AzureCliSignInTests
{
    private static readonly string Ada = TokenOf("""{"upn":"ada@example.org"}""");

    [Fact]
    public async Task GetTokenAsync_StartsTheCliOnce_ForTheTenant()
    {
        if (OperatingSystem.IsWindows())
            return; // the replacement is a shell script
        using var programs = new ProgramsOnPath();
        var machine = MachineWith(
            programs,
            $$"""echo '{"accessToken":"{{Ada}}","expiresOn":"2099-01-01 00:00:00.000000","expires_on":4070908800,"tenant":"{{Tenant}}","tokenType":"Bearer"}'"""
        );
        var signIn = machine.SignIn("azure-cli");

        for (var request = 0; request < 3; request++)
            Assert.Equal(Ada, (await signIn.GetTokenAsync(TestSignIn.Arm, TestContext.Current.CancellationToken)).Token);

        Assert.Equal(["Signed in    as ada@example.org by Azure CLI"], machine.Shown);
        Assert.Equal(
            [$"account get-access-token --output json --resource https://management.azure.com --tenant {Tenant}"],
            await File.ReadAllLinesAsync(Path.Combine(programs.Folder, "asked"), TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [InlineData(
        "ERROR: Please run 'az login' to setup account.",
        $"--credential=azure-cli cannot be used here: nobody is signed in to it: `az login --tenant {Tenant}`. Leave it out "
            + "for the first configured source, or see docs/identity.md."
    )]
    [InlineData(
        "ERROR: AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor "
            + "authentication to access. Trace ID: 1f Interactive authentication is needed. Please run: az login",
        "Signing in by Azure CLI failed: the tenant requires another factor or a managed device (50076); sign in with it "
            + $"once: `az login --tenant {Tenant}`."
    )]
    [InlineData(
        "ERROR: AADSTS700082: The refresh token has expired due to inactivity. Trace ID: 1f",
        $"Signing in by Azure CLI failed: the sign-in has expired (700082); sign in again: `az login --tenant {Tenant}`."
    )]
    [InlineData(
        "ERROR: AADSTS65001: The user or administrator has not consented to use the application. Trace ID: 1f",
        $"Signing in by Azure CLI failed: tenant {Tenant} has not consented to this application (65001); consent must be "
            + $"given once: `az login --tenant {Tenant} --scope https://management.core.windows.net//.default`."
    )]
    public async Task GetTokenAsync_SaysHowToSignIn_WhenTheCliFails(string said, string expected)
    {
        if (OperatingSystem.IsWindows())
            return; // the replacement is a shell script
        using var programs = new ProgramsOnPath();
        var machine = MachineWith(programs, $"echo \"{said}\" >&2; exit 1");

        Assert.Equal(expected, await machine.FailAsync("azure-cli"));
    }

    [UnsupportedOSPlatform("windows")]
    private static TestSignIn MachineWith(ProgramsOnPath programs, string answer)
    {
        var machine = new TestSignIn().With(("PATH", programs.Folder));
        machine.Files.Add(programs.Add("az", $"#!/bin/sh\necho \"$@\" >>'{programs.Folder}/asked'\n{answer}\n"));
        return machine;
    }
}
