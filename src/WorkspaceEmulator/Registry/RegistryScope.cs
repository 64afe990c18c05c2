namespace WorkspaceEmulator.Registry;

/// <summary>Something a registry guards, and what shall be done with it.</summary>
internal sealed record RegistryScope(string Type, string Name, IReadOnlyList<string> Actions)
{
    /// <summary>Reads <c>type:name:action,action</c>; a name may hold colons, as that of a registry with its port. Null when it is none.</summary>
    public static RegistryScope? Parse(string text)
    {
        var (first, last) = (text.IndexOf(':', StringComparison.Ordinal), text.LastIndexOf(':'));
        return first > 0 && last > first
            ? new(text[..first], text[(first + 1)..last], text[(last + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }
}
