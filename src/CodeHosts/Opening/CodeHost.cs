using Azure.Core.Pipeline;
using CodeHosts.AzureDevOps;
using CodeHosts.GitHub;
using CodeHosts.Hosts;
using CodeHosts.Http;
using CodeHosts.Platforms;

namespace CodeHosts.Opening;

/// <summary>Opens the host of the repository that a pipeline runs for.</summary>
public static class CodeHost
{
    /// <summary>Opens the host.</summary>
    /// <param name="variable">Returns the value of an environment variable: addresses and tokens come from nowhere else.</param>
    /// <param name="author">The account that writes the comment, where the token belongs to another app than GitHub Actions.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <exception cref="CodeHostException">This is not a pipeline, or a variable is missing.</exception>
    public static ICodeHost Open(Func<string, string?> variable, string? author, TimeProvider time) =>
        Open(variable, author, time, transport: null);

    /// <summary>Opens the reader of the event for which the pipeline runs.</summary>
    /// <param name="host">The host.</param>
    /// <param name="variable">Returns the value of an environment variable.</param>
    /// <param name="isApproved">Whether a stage behind an environment was approved.</param>
    /// <exception cref="CodeHostException">The event cannot be read.</exception>
    public static IEventReader ReadEvent(ICodeHost host, Func<string, string?> variable, bool isApproved) =>
        PlatformVariables.Detect(variable) == Platform.GitHub
            ? new GitHubEvents(host, variable)
            : new AzureEvents(host, variable, isApproved);

    internal static ICodeHost Open(Func<string, string?> variable, string? author, TimeProvider time, HttpPipelineTransport? transport) =>
        PlatformVariables.Detect(variable) switch
        {
            Platform.GitHub => new GitHubHost(GitHubRepository.Open(variable, time, transport), author),
            Platform.AzureDevOps when variable("BUILD_REPOSITORY_PROVIDER") is "GitHub" or "GitHubEnterprise" => new GitHubHost(
                GitHubRepository.Open(variable, time, transport),
                author
            ),
            Platform.AzureDevOps => new AzureHost(AzureRepository.Open(variable, time, transport)),
            _ => throw new CodeHostException(
                "GITHUB_ACTIONS and TF_BUILD are missing; one of them must be set: this target runs in a pipeline. At a desk use Train."
            ),
        };
}
