namespace Build.LocalRuntime;

/// <summary>Lets git sign in with the token of a pipeline's job, which the checkout does not keep.</summary>
internal static class GitCredentials
{
    /// <summary>Creates the variables of a git process that reads from the platform's own server.</summary>
    /// <param name="variable">Returns the value of an environment variable.</param>
    /// <returns>Variables that hold no token: git reads it from the environment of its helper, and gives it to no other server.</returns>
    public static IReadOnlyDictionary<string, string?> Read(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal) { ["GIT_TERMINAL_PROMPT"] = "0" };
        var (server, token) =
            variable("GITHUB_TOKEN") is { Length: > 0 } ? (variable("GITHUB_SERVER_URL"), "GITHUB_TOKEN")
            : variable("SYSTEM_ACCESSTOKEN") is { Length: > 0 } ? (variable("SYSTEM_COLLECTIONURI"), "SYSTEM_ACCESSTOKEN")
            : (null, "");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address))
            return variables;
        variables["GIT_CONFIG_COUNT"] = "1";
        variables["GIT_CONFIG_KEY_0"] = $"credential.{address.GetLeftPart(UriPartial.Authority)}.helper";
        variables["GIT_CONFIG_VALUE_0"] = $"!f() {{ echo username=x-access-token; echo \"password=${token}\"; }}; f";
        return variables;
    }
}
