using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using Azure.Identity;
using static Workspaces.Tests.SignIn.ScriptedEntra;

namespace Workspaces.Tests.SignIn;

[Collection(nameof(ProgramsOnPath))]
public sealed class PersonSignInTests : IDisposable
{
    private const string CodePath = $"login.microsoftonline.com/{Tenant}/oauth2/v2.0/devicecode";
    private const string Prompt =
        "Sign-in      open https://microsoft.com/devicelogin in any browser and enter ABC-DEF (Ctrl-C ends the wait)";

    private static readonly string Ada = TokenOf("""{"upn":"ada@example.org"}""", "cGxhbnRlZA");

    private readonly string profile = Directory.CreateTempSubdirectory("sign-in-").FullName;

    public void Dispose() => Directory.Delete(profile, recursive: true);

    [Fact]
    public async Task GetTokenAsync_ShowsTheDeviceCodeOnce_WhenRunTwice()
    {
        var cache = new MemoryCache();
        var first = Desk(cache);

        Assert.Equal(Ada, await first.GetTokenAsync("device-code"));
        var second = Desk(cache);
        Assert.Equal(Ada, await second.GetTokenAsync("device-code"));

        Assert.Equal([Prompt, "Signed in    as ada@example.org by device code"], first.Shown);
        first.Entra.SentMatches("sign-in-device-code.txt");
        Assert.Equal(["Signed in    as ada@example.org by device code"], second.Shown);
        Assert.Empty(second.Entra.Asked);
        first.HoldsNoSecret();
    }

    [Fact]
    public async Task GetTokenAsync_OpensTheBrowserOnce_WhenRunTwice()
    {
        if (!OperatingSystem.IsLinux())
            return; // elsewhere a script cannot replace the browser
        using var programs = new ProgramsOnPath();
        programs.Add(
            "xdg-open",
            """
            #!/bin/bash
            # A browser with a signed-in user: it posts the code to the redirect URI of the page.
            echo "$1" >>"$(dirname "$0")/opened"
            port=$(sed -E 's/.*redirect_uri=http%3A%2F%2Flocalhost%3A([0-9]+).*/\1/' <<<"$1")
            body="code=planted-code&state=$(sed -E 's/.*[?&]state=([^&]+).*/\1/' <<<"$1")"
            (
              until { exec 3<>"/dev/tcp/localhost/$port"; } 2>/dev/null; do sleep 0.05; done
              printf 'POST / HTTP/1.1\r\nHost: localhost:%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$port" "${#body}" "$body" >&3
              cat <&3
            ) >/dev/null 2>&1 &

            """
        );
        var cache = new MemoryCache();
        var first = Desk(cache).With(("DISPLAY", ":0"));

        Assert.Equal(Ada, await first.GetTokenAsync("browser"));
        var second = Desk(cache).With(("DISPLAY", ":0"));
        Assert.Equal(Ada, await second.GetTokenAsync("browser"));

        Assert.Equal(
            ["Sign-in      a browser opens; sign in there (Ctrl-C ends the wait)", "Signed in    as ada@example.org by browser"],
            first.Shown
        );
        var page = Assert.Single(
            await File.ReadAllLinesAsync(Path.Combine(programs.Folder, "opened"), TestContext.Current.CancellationToken)
        );
        Assert.StartsWith($"https://login.microsoftonline.com/{Tenant}/oauth2/v2.0/authorize?", page, StringComparison.Ordinal);
        Assert.Contains("code=planted-code", Assert.Single(first.Entra.Sent), StringComparison.Ordinal);
        Assert.Equal(["Signed in    as ada@example.org by browser"], second.Shown);
        Assert.Empty(second.Entra.Asked);
        first.HoldsNoSecret();
    }

    [Fact]
    public async Task GetTokenAsync_WritesARecordWithoutToken_ForTheUserAlone()
    {
        await Desk(new MemoryCache()).GetTokenAsync("device-code");

        var file = Path.Combine(profile, $"signed-in-{Tenant}.json");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("ada@example.org", text, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Ada, text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task GetTokenAsync_SignsInAgain_WhenTheRecordIsUnreadable()
    {
        await File.WriteAllTextAsync(Path.Combine(profile, $"signed-in-{Tenant}.json"), "{", TestContext.Current.CancellationToken);
        var machine = Desk(new MemoryCache());

        Assert.Equal(Ada, await machine.GetTokenAsync("device-code"));

        Assert.Equal(Prompt, machine.Shown[0]);
    }

    [Fact]
    public async Task GetTokenAsync_KeepsTheTokenForTheRun_WhenThereIsNoEncryptedStore()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && !NativeLibrary.TryLoad("libsecret-1.so.0", out _),
            "this system has an encrypted store, which a test must not write to"
        );
        var machine = Desk(new TokenCachePersistenceOptions { Name = "model-training-tests" });

        Assert.Equal(Ada, await machine.GetTokenAsync("device-code"));

        Assert.Equal(
            [
                "Sign-in      this system has no encrypted store for the token: the next run requires a new sign-in",
                Prompt,
                "Signed in    as ada@example.org by device code",
            ],
            machine.Shown
        );
    }

    [Fact]
    public async Task GetTokenAsync_SaysWhatToDo_WhenTheDeviceCodeIsRefused()
    {
        var machine = Desk(new MemoryCache());
        machine.Entra.On(
            TokenPath,
            Json(
                400,
                """
                {"error":"authorization_declined",
                 "error_description":"AADSTS70016: OAuth 2.0 device flow error. Authorization is declined."}
                """
            )
        );

        Assert.Equal(
            "Signing in by device code failed: the code was not entered in time, or was refused (70016); run the same command again.",
            await machine.FailAsync("device-code")
        );
    }

    [Fact]
    public async Task GetTokenAsync_SaysHowToSignIn_WhenTheTenantRequiresAnotherFactor()
    {
        var machine = Desk(new MemoryCache());
        machine.Entra.On(TokenPath, Refusal("invalid_grant", "AADSTS53003: Access has been blocked by Conditional Access policies."));

        Assert.Equal(
            "Signing in by device code failed: the tenant requires another factor or a managed device (53003); sign in with it "
                + "once: `az login --use-device-code`.",
            await machine.FailAsync("device-code")
        );
    }

    [Theory]
    [InlineData(true, "DISPLAY", ":0", "browser (browser)")]
    [InlineData(true, "WAYLAND_DISPLAY", "wayland-0", "browser (browser)")]
    [InlineData(true, "LANG", "C", "device-code (device code)")]
    [InlineData(false, "DISPLAY", ":0", "nothing: docs/identity.md lists what can be configured")]
    public void Foresee_ChoosesBrowserOrDeviceCode_ByDisplayAndTerminal(bool terminal, string variable, string value, string expected)
    {
        var machine = new TestSignIn { HasTerminal = terminal }.With((variable, value));

        Assert.Equal($"managed-identity (the machine's managed identity), else {expected}", machine.SignIn().Foresee());
    }

    [Theory]
    [InlineData("CI", "true")]
    [InlineData("TF_BUILD", "True")]
    [InlineData("GITHUB_ACTIONS", "true")]
    public async Task GetTokenAsync_Fails_WhenInteractiveSignInIsNamedInAPipeline(string variable, string value)
    {
        var machine = new TestSignIn { HasTerminal = true }.With(("DISPLAY", ":0"), (variable, value));

        Assert.Equal(
            "--credential=browser cannot be used here: this is a pipeline: nobody can sign in by hand. Leave it out for the "
                + "first configured source, or see docs/identity.md.",
            await machine.FailAsync("browser")
        );
    }

    private TestSignIn Desk(TokenCachePersistenceOptions cache)
    {
        var machine = new TestSignIn
        {
            HasTerminal = true,
            ProfileFolder = profile,
            TokenCache = () => cache,
        };
        var claims = $$"""
            {"oid":"o1","sub":"s1","tid":"{{Tenant}}","preferred_username":"ada@example.org","ver":"2.0",
             "iss":"https://login.microsoftonline.com/{{Tenant}}/v2.0"}
            """;
        var client = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"uid":"o1","utid":"{{Tenant}}"}"""));
        machine.Entra.On(
            CodePath,
            Json(
                200,
                """
                {"user_code":"ABC-DEF","device_code":"planted-device-code","verification_uri":"https://microsoft.com/devicelogin",
                 "expires_in":900,"interval":1,"message":"To sign in…"}
                """
            )
        );
        machine.Entra.On(
            TokenPath,
            Json(
                200,
                $$"""
                {"token_type":"Bearer","scope":"https://management.azure.com/.default","expires_in":3600,"access_token":"{{Ada}}",
                 "refresh_token":"planted-refresh","id_token":"{{TokenOf(
                    claims
                )}}","client_info":"{{client}}"}
                """
            )
        );
        return machine;
    }

    /// <summary>Replaces the system's encrypted store.</summary>
    private sealed class MemoryCache : UnsafeTokenCacheOptions
    {
        private byte[] bytes = [];

        protected override Task<ReadOnlyMemory<byte>> RefreshCacheAsync() => Task.FromResult<ReadOnlyMemory<byte>>(bytes);

        protected override Task TokenCacheUpdatedAsync(TokenCacheUpdatedArgs tokenCacheUpdatedArgs)
        {
            bytes = tokenCacheUpdatedArgs.UnsafeCacheData.ToArray();
            return Task.CompletedTask;
        }
    }
}
