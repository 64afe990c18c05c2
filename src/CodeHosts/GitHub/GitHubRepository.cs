using System.Text.RegularExpressions;
using Azure.Core.Pipeline;
using CodeHosts.Http;
using CodeHosts.Platforms;
using CodeHosts.Text;
using Workspaces.Http;

namespace CodeHosts.GitHub;

/// <summary>A repository on GitHub and the token to reach it.</summary>
/// <param name="Client">Sends requests.</param>
/// <param name="Path">The repository's path in the REST interface, as <c>repos/OWNER/NAME</c>.</param>
/// <param name="FullName"><c>OWNER/NAME</c>.</param>
internal sealed partial record GitHubRepository(HostClient Client, string Path, string FullName)
{
    private const string PublicAddress = "https://api.github.com";

    /// <summary>Opens the repository that the variables of a pipeline name.</summary>
    /// <param name="variable">Returns the value of an environment variable: the token comes from nowhere else.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="transport">Replaces the network in tests.</param>
    /// <exception cref="CodeHostException">A variable is missing or has no such form.</exception>
    public static GitHubRepository Open(Func<string, string?> variable, TimeProvider time, HttpPipelineTransport? transport = null)
    {
        var isAzure = PlatformVariables.Detect(variable) == Platform.AzureDevOps;
        var (source, platform) = isAzure ? ("BUILD_REPOSITORY_NAME", "Azure Pipelines") : ("GITHUB_REPOSITORY", "GitHub Actions");
        var name = variable(source) ?? "";
        if (!FullNameForm().IsMatch(name) || name.Split('/').Any(part => part is "." or ".."))
            throw new CodeHostException($"{source} is {SafeText.Quote(name)}; it must be OWNER/NAME, as {platform} sets it.");
        // Azure Pipelines leaves $(NAME) as it is where no such variable exists.
        if (variable("GITHUB_TOKEN") is not { Length: > 0 } token || token.StartsWith("$(", StringComparison.Ordinal))
        {
            throw new CodeHostException(
                isAzure
                    ? "GITHUB_TOKEN is missing; it must be a token of the repository: name the variable group that holds it in "
                        + "`gitHubTokenGroup`, and give the step `env: GITHUB_TOKEN: $(GITHUB_TOKEN)`."
                    : "GITHUB_TOKEN is missing; it must be the job's token: give the step `env: GITHUB_TOKEN: ${{ github.token }}`."
            );
        }

        var address = variable("GITHUB_API_URL") is { Length: > 0 } given ? given : PublicAddress;
        if (!Uri.TryCreate($"{address.TrimEnd('/')}/", UriKind.Absolute, out var uri))
            throw new CodeHostException($"GITHUB_API_URL is {SafeText.Quote(address)}; it must be an address.");
        var settings = new HostSettings(
            uri,
            token,
            "application/vnd.github+json",
            [("X-GitHub-Api-Version", "2022-11-28"), ("User-Agent", "model-training")],
            GitHubErrors.Explain
        )
        {
            Transport = transport,
            Retries = Retries(time),
        };
        return new(new HostClient(settings), $"repos/{name}", name);
    }

    // A limit of GitHub takes minutes to pass, and a pipeline can wait for them.
    private static RetrySettings Retries(TimeProvider time) =>
        RetrySettings.Default with
        {
            Time = time,
            MaxRetries = 4,
            LongestRetryAfter = TimeSpan.FromMinutes(10),
            Throttled = (response, retry) => RateLimit.WaitAfter(response, retry, time.GetUtcNow()),
        };

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FullNameForm();
}
