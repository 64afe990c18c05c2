namespace Workspaces.SignIn;

/// <summary>One source of a credential, such as the Azure CLI.</summary>
/// <param name="Name">Its name for <c>--credential</c>.</param>
/// <param name="Probe">Checks whether it is configured, without a request. The argument is the tenant of the environment config; null when
/// it names none.</param>
internal sealed record CredentialSource(string Name, Func<SignInEnvironment, string?, CredentialProbe> Probe)
{
    /// <summary>
    /// All sources in the order in which they are tried: pipeline identity first, then credentials on the machine, interactive sign-in
    /// last.
    /// </summary>
    public static IReadOnlyList<CredentialSource> All { get; } =
    [
        new("github", GitHubSignIn.Probe),
        new("azure-pipelines", AzurePipelinesSignIn.Probe),
        new("workload-identity", WorkloadIdentitySignIn.Probe),
        new("service-principal", ServicePrincipalSignIn.Probe),
        new("managed-identity", ManagedIdentitySignIn.Probe),
        new("azure-cli", AzureCliSignIn.Probe),
        new("browser", PersonSignIn.ProbeBrowser),
        new("device-code", PersonSignIn.ProbeDeviceCode),
    ];
}
