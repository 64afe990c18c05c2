using System.Text.RegularExpressions;

namespace WorkspaceEmulator.Wire;

/// <summary>Defines patterns of names, as the service's OpenAPI and portal state them.</summary>
internal static partial class ResourceNames
{
    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Workspace();

    /// <summary>Matches the names of subscriptions and resource groups.</summary>
    [GeneratedRegex(@"^[\w(][\w.()-]{0,89}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Group();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Asset();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9\-_.]{0,254}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex AssetVersion();

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9-]{0,30}[a-zA-Z0-9]\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Compute();

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Vault();

    [GeneratedRegex(@"^[0-9a-zA-Z-]{1,127}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Secret();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Variable();

    /// <summary>Matches the OpenAPI's required texts: at least one letter, digit or underscore.</summary>
    [GeneratedRegex("[a-zA-Z0-9_]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Required();

    public static string Fault(string what, string name, Regex pattern) => $"{what} is '{name}'; it must match {Shown(pattern)}.";

    /// <summary>Returns a pattern as the service's OpenAPI writes it. There, unlike in .NET, <c>$</c> allows no end of a line.</summary>
    public static string Shown(Regex pattern) => pattern.ToString().Replace(@"\z", "$", StringComparison.Ordinal);
}
