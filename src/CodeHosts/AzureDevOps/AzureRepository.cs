using Azure.Core.Pipeline;
using CodeHosts.Http;
using CodeHosts.Text;
using Workspaces.Http;

namespace CodeHosts.AzureDevOps;

/// <summary>A repository in Azure Repos and the token to reach it.</summary>
/// <param name="Client">Sends requests.</param>
/// <param name="Organization">The address of the organization, which ends in a slash.</param>
/// <param name="Path">The repository's path in the REST interface.</param>
/// <param name="ProjectId">The id of the project.</param>
/// <param name="RepositoryId">The id of the repository.</param>
internal sealed record AzureRepository(HostClient Client, Uri Organization, string Path, string ProjectId, string RepositoryId)
{
    /// <summary>The version of the REST interface, as a query.</summary>
    public const string Version = "api-version=7.1";

    /// <summary>Sends requests about identities, which have an address of their own in the cloud.</summary>
    public required HostClient Identities { get; init; }

    /// <summary>Opens the repository that the variables of a pipeline name.</summary>
    /// <param name="variable">Returns the value of an environment variable: the token comes from nowhere else.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="transport">Replaces the network in tests.</param>
    /// <exception cref="CodeHostException">A variable is missing or has no such form.</exception>
    public static AzureRepository Open(Func<string, string?> variable, TimeProvider time, HttpPipelineTransport? transport = null)
    {
        var token = Need("SYSTEM_ACCESSTOKEN", "give the step `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`");
        var organization = Need("SYSTEM_COLLECTIONURI", "Azure Pipelines sets it");
        var project = Need("SYSTEM_TEAMPROJECTID", "Azure Pipelines sets it");
        var repository = Need("BUILD_REPOSITORY_ID", "Azure Pipelines sets it");
        if (!Uri.TryCreate($"{organization.TrimEnd('/')}/", UriKind.Absolute, out var address))
            throw new CodeHostException($"SYSTEM_COLLECTIONURI is {SafeText.Quote(organization)}; it must be an address.");
        var path = $"{Uri.EscapeDataString(project)}/_apis/git/repositories/{Uri.EscapeDataString(repository)}";
        return new(Open(address), address, path, project, repository) { Identities = Open(IdentitiesOf(address)) };

        string Need(string name, string remedy) =>
            variable(name) is { Length: > 0 } value ? value : throw new CodeHostException($"{name} is missing; it must be set: {remedy}.");

        HostClient Open(Uri at) =>
            new(
                new HostSettings(at, token, "application/json", [("X-TFS-FedAuthRedirect", "Suppress")], AzureErrors.Explain)
                {
                    Transport = transport,
                    Retries = RetrySettings.Default with { Time = time, LongestRetryAfter = TimeSpan.FromMinutes(10) },
                }
            );
    }

    // https://dev.azure.com/ORG/ and https://ORG.visualstudio.com/ have identities at vssps; a self-hosted server has one address.
    private static Uri IdentitiesOf(Uri organization)
    {
        const string OldDomain = ".visualstudio.com";
        var host = organization.Host;
        var found =
            host == "dev.azure.com" ? "vssps.dev.azure.com"
            : host.EndsWith(OldDomain, StringComparison.Ordinal) ? $"{host[..^OldDomain.Length]}.vssps{OldDomain}"
            : host;
        return new UriBuilder(organization) { Host = found }.Uri;
    }
}
