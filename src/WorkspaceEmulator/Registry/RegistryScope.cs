namespace WorkspaceEmulator.Registry;

/// <summary>Represents one scope of a token request: a resource of the registry and the actions on it.</summary>
internal sealed record RegistryScope(string Type, string Name, IReadOnlyList<string> Actions)
{
    /// <summary>
    /// Reads <c>type:name:action,action</c>; null when the text is no scope. A name may hold colons, as a registry's with its port does.
    /// </summary>
    public static RegistryScope? Parse(string text)
    {
        var (first, last) = (text.IndexOf(':', StringComparison.Ordinal), text.LastIndexOf(':'));
        return first > 0 && last > first
            ? new(text[..first], text[(first + 1)..last], text[(last + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }
}
