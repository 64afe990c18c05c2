using Azure.Core;
using Azure.Core.Pipeline;
using Fixtures;
using Workspaces.Errors;
using Workspaces.SignIn;

namespace Workspaces.Tests.SignIn;

/// <summary>A machine without any configured credential, to which each test adds its own. It records every line shown.</summary>
internal sealed class TestSignIn
{
    public static readonly TokenRequestContext Arm = new(["https://management.azure.com/.default"]);

    /// <summary>Part of every planted secret; no line shown may contain it.</summary>
    public const string Planted = "planted-5ec3e7";

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Files { get; } = new(StringComparer.Ordinal);

    public List<string> Shown { get; } = [];

    public ScriptedEntra Entra { get; } = new();

    public ManualTime Time { get; } = new();

    public bool HasTerminal { get; set; }

    public string ProfileFolder { get; set; } = "";

    public Func<Azure.Identity.TokenCachePersistenceOptions?> TokenCache { get; set; } = () => null;

    public SignInEnvironment Environment =>
        new(Shown.Add)
        {
            Variables = name => Variables.GetValueOrDefault(name),
            FileExists = Files.Contains,
            IsWindows = false,
            IsLinux = true,
            HasTerminal = HasTerminal,
            ProfileFolder = ProfileFolder,
            Time = Time,
            Transport = new HttpClientTransport(new HttpClient(Entra, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan }),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            DiscoversInstance = false,
            TokenCache = TokenCache,
        };

    public TestSignIn With(params (string Name, string Value)[] variables)
    {
        foreach (var (name, value) in variables)
            Variables[name] = value;
        return this;
    }

    public TestSignIn WithGitHub() =>
        With(
            ("GITHUB_ACTIONS", "true"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://run-actions-1.actions.githubusercontent.com/71/idtoken/1f/a?api-version=2.0"),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", $"{Planted}-github-request"),
            ("AZURE_CLIENT_ID", ScriptedEntra.Client),
            ("AZURE_TENANT_ID", ScriptedEntra.Tenant)
        );

    public TestSignIn WithAzurePipelines() =>
        With(
            ("TF_BUILD", "True"),
            ("SYSTEM_OIDCREQUESTURI", AzurePipelinesUri),
            ("SYSTEM_ACCESSTOKEN", $"{Planted}-system-access"),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "44444444-4444-4444-4444-444444444444"),
            ("AZURESUBSCRIPTION_CLIENT_ID", ScriptedEntra.Client),
            ("AZURESUBSCRIPTION_TENANT_ID", ScriptedEntra.Tenant)
        );

    public TestSignIn WithSecret() =>
        With(
            ("AZURE_CLIENT_ID", ScriptedEntra.Client),
            ("AZURE_TENANT_ID", ScriptedEntra.Tenant),
            ("AZURE_CLIENT_SECRET", $"{Planted}-client-secret")
        );

    public const string AzurePipelinesUri = "https://dev.azure.com/example/p/_apis/distributedtask/hubs/build/plans/1f/jobs/2d/oidctoken";

    public ChosenCredential SignIn(string? name = null, string? tenant = ScriptedEntra.Tenant) => new(tenant, name, Environment);

    public async Task<string> GetTokenAsync(string? name = null, string? tenant = ScriptedEntra.Tenant) =>
        (await SignIn(name, tenant).GetTokenAsync(Arm, TestContext.Current.CancellationToken)).Token;

    /// <summary>Returns the message of a failed sign-in. Asserts that neither it nor any line shown holds a planted secret.</summary>
    public async Task<string> FailAsync(string? name = null, string? tenant = ScriptedEntra.Tenant)
    {
        var error = await Assert.ThrowsAsync<WorkspaceException>(() =>
            ServiceErrors.GuardAsync(() => GetTokenAsync(name, tenant), TestContext.Current.CancellationToken)
        );
        HoldsNoSecret(error);
        return error.Message;
    }

    public void HoldsNoSecret(Exception? error = null) =>
        Assert.DoesNotContain("planted", $"{error}\n{string.Join('\n', Shown)}\n{Environment}", StringComparison.OrdinalIgnoreCase);
}
