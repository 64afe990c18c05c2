using System.Globalization;
using System.Text.Json;
using CodeHosts.Http;
using CodeHosts.Text;

namespace CodeHosts.GitHub;

/// <summary>Converts refusals of GitHub to messages that say what to do.</summary>
internal static class GitHubErrors
{
    /// <summary>Returns what was requested, what came back, and the fix.</summary>
    public static string Explain(HostFailure failure)
    {
        var said =
            $"{failure.Request} returned {failure.Status}{(failure.Message.Length > 0 ? $": {SafeText.Show(failure.Message, 300)}" : "")}.";
        return Remedy(failure) is { } remedy ? $"{said} {remedy}" : said;
    }

    private static string? Remedy(HostFailure failure) =>
        failure.Status switch
        {
            401 => "GITHUB_TOKEN must be a valid token; give the step `env: GITHUB_TOKEN: ${{ github.token }}`.",
            403 or 429 when IsRateLimit(failure) => ExplainLimit(failure),
            403 => ExplainPermission(failure),
            404 => "The repository, pull request or commit does not exist, or the token may not read it: GitHub says 404 for both. "
                + "The job must have the permissions `contents: read` and `pull-requests: read` or more.",
            410 => "The repository has issues switched off, so that pull requests have no comments of this kind; switch them on.",
            422 => ExplainInvalid(failure),
            301 or 302 or 307 or 308 => "The repository was renamed or moved; GITHUB_REPOSITORY must be its present name.",
            _ when failure.IsWebPage => "A page came back instead of data: GITHUB_API_URL must be the address of GitHub's REST interface.",
            >= 500 => "GitHub has a fault or is overloaded; start the job again later.",
            _ => null,
        };

    private static bool IsRateLimit(HostFailure failure) =>
        failure.Status == 429
        || failure.Header("retry-after") is not null
        || failure.Header("x-ratelimit-remaining") == "0"
        || failure.Message.Contains("rate limit", StringComparison.OrdinalIgnoreCase);

    private static string ExplainLimit(HostFailure failure)
    {
        var until =
            long.TryParse(failure.Header("x-ratelimit-reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var reset)
            && reset < 10_000_000_000
                ? $" until {DateTimeOffset.FromUnixTimeSeconds(reset):yyyy-MM-dd HH:mm:ss} UTC"
                : "";
        return $"The token has sent more requests than GitHub allows{until}, and waiting did not help; start the job again later.";
    }

    private static string ExplainPermission(HostFailure failure)
    {
        // issues=write; pull_requests=write: any one of them is enough.
        var accepted = (failure.Header("X-Accepted-GitHub-Permissions") ?? "")
            .Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => SafeText.Show(pair).Replace('_', '-').Split('='))
            .Where(pair => pair.Length == 2)
            .Select(pair => $"`{pair[0]}: {pair[1]}`")
            .ToList();
        return accepted.Count == 0
            ? "The token lacks a permission. A run for a fork has a token that only reads; another job must have the scopes in "
                + "`permissions:`."
            : $"The job must have the permission {string.Join(" or ", accepted)} in `permissions:`. A run for a fork has a token that "
                + $"only reads.";
    }

    private static string? ExplainInvalid(HostFailure failure)
    {
        var errors = failure.Body is { } body ? body.Items("errors").Select(Describe).ToList() : [];
        var text = errors.Count == 0 ? "" : $"GitHub says: {string.Join(", ", errors)}. ";
        if (errors.Exists(error => error.Contains("too long", StringComparison.OrdinalIgnoreCase)))
            return $"{text}A comment must have at most 65536 characters.";
        return errors.Exists(error => error.Contains("maximum number of statuses", StringComparison.OrdinalIgnoreCase))
                ? $"{text}A commit takes 1000 statuses of one name; push a new commit."
            : text.TrimEnd() is { Length: > 0 } only ? only
            : null;
    }

    private static string Describe(JsonElement error) =>
        SafeText.Show(
            error.ValueKind == JsonValueKind.String
                ? error.GetString()
                : string.Join(
                    ' ',
                    new[] { error.Text("resource"), error.Text("field"), error.Text("code"), error.Text("message") }.OfType<string>()
                ),
            200
        );
}
