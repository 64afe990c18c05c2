using CodeHosts.Http;
using CodeHosts.Text;

namespace CodeHosts.AzureDevOps;

/// <summary>Converts refusals of Azure DevOps to messages that say what to do.</summary>
internal static class AzureErrors
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
            401 or 302 => SignIn,
            203 => SignIn,
            403 when failure.Message.Contains("TF401027", StringComparison.Ordinal) =>
                "The build service identity lacks a permission on the repository. Project settings, Repositories, Security, "
                    + "\"{Project} Build Service ({organization})\": allow \"Contribute to pull requests\".",
            403 => "The build service identity lacks a permission; Project settings, Repositories, Security shows its permissions.",
            404 => "The repository or pull request does not exist, or the build service identity may not read it. "
                + "\"Limit job authorization scope to referenced Azure DevOps repositories\" hides repositories that the pipeline "
                + "does not name.",
            429 or 503 => "Azure DevOps limits the rate of this identity, and waiting did not help; start the job again later.",
            _ when failure.IsWebPage => SignIn,
            >= 500 => "Azure DevOps has a fault or is overloaded; start the job again later.",
            _ => null,
        };

    private const string SignIn =
        "A sign-in page or a refusal came back, so the token is missing or no longer valid; give the step "
        + "`env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`, in a job that has not run longer than its token is valid.";
}
