using Azure.Core;

namespace Workspaces.SignIn;

/// <summary>One way of signing in.</summary>
/// <param name="Name">What <c>--credential</c> calls it.</param>
/// <param name="Look">Sees whether it is configured, without a request. Given the tenant of the environment config, null when that names none.</param>
internal sealed record SignInWay(string Name, Func<SignInPlace, string?, SignInProspect> Look)
{
    /// <summary>All of them, in the order in which they are tried: what a pipeline gives before what lies about on its machine, people last.</summary>
    public static IReadOnlyList<SignInWay> All { get; } =
    [
        new("github", GitHubSignIn.Look),
        new("azure-pipelines", AzurePipelinesSignIn.Look),
        new("workload-identity", WorkloadIdentitySignIn.Look),
        new("service-principal", ServicePrincipalSignIn.Look),
        new("managed-identity", ManagedIdentitySignIn.Look),
        new("azure-cli", AzureCliSignIn.Look),
        new("browser", PersonSignIn.LookForBrowser),
        new("device-code", PersonSignIn.LookForTerminal),
    ];
}

/// <summary>What a look at a way of signing in found.</summary>
internal abstract record SignInProspect
{
    private SignInProspect() { }

    /// <summary>It is not configured.</summary>
    /// <param name="Reason">What is missing, as the rest of a line.</param>
    internal sealed record Missing(string Reason) : SignInProspect;

    /// <summary>It is configured in a way that cannot be right; another way must not take its place.</summary>
    internal sealed record Faulty(string Message) : SignInProspect;

    /// <summary>It can be tried.</summary>
    /// <param name="Facts">For the log and for messages.</param>
    /// <param name="Create">Makes the credential: only now are its libraries loaded.</param>
    internal sealed record Ready(SignInFacts Facts, Func<TokenCredential> Create) : SignInProspect
    {
        /// <summary>Asks in the place of <see cref="Create"/> whether there is anything to try: gives the reason when there is not, null when there is.</summary>
        public Func<CancellationToken, Task<string?>>? Probe { get; init; }

        /// <summary>Whether a credential that turns out not to be there lets the next way be tried, with what is missing then.</summary>
        public string? WhenUnavailable { get; init; }
    }
}

/// <summary>What messages say about a sign-in.</summary>
/// <param name="By">The credential's words: "Signed in as … by …".</param>
internal sealed record SignInFacts(string By)
{
    public string? TenantId { get; init; }

    /// <summary>The application or managed identity; null for a person.</summary>
    public string? ClientId { get; init; }

    /// <summary>The variable with the client id.</summary>
    public string ClientVariable { get; init; } = "AZURE_CLIENT_ID";

    /// <summary>The variable that holds the secret, or names the certificate.</summary>
    public string? SecretVariable { get; init; }

    /// <summary>What a person does to sign in anew, as a command.</summary>
    public string? SignInAgain { get; init; }
}
