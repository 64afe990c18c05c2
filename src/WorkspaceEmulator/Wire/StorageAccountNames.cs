using WorkspaceEmulator.Access;

namespace WorkspaceEmulator.Wire;

/// <summary>Names the storage accounts of workspaces: <c>st</c> and the start of the workspace's id.</summary>
internal static class StorageAccountNames
{
    /// <summary>The end of the host of an account.</summary>
    public const string HostSuffix = ".blob.core.localhost";

    private const string Prefix = "st";
    private const int Length = 24; // The most that Azure allows.

    public static string Of(WorkspaceName workspace) => Prefix + workspace.Id.ToString("N")[..(Length - Prefix.Length)];

    /// <summary>Returns the key of an account, in base64. It follows from the name and the emulator's secret key.</summary>
    public static string KeyOf(string account, SecretBox secrets) => Convert.ToBase64String(secrets.Derive($"storage account {account}"));

    /// <summary>Returns whether a path starts with what can be the name of an account.</summary>
    public static bool IsAccountPath(PathString path)
    {
        var name = (path.Value ?? "").Split('/', 3) is [_, var first, ..] ? first : "";
        return name.Length == Length
            && name.StartsWith(Prefix, StringComparison.Ordinal)
            && name[Prefix.Length..].All(char.IsAsciiHexDigitLower);
    }
}
