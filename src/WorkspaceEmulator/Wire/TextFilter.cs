namespace WorkspaceEmulator.Wire;

/// <summary>Filters lists by tags or properties: <c>KEY</c> or <c>KEY=VALUE</c>, joined by commas, all of which must match.</summary>
internal static class TextFilter
{
    public static bool Includes(string filter, IReadOnlyDictionary<string, string> texts) =>
        filter
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .All(wanted =>
                wanted.Split('=', 2) switch
                {
                    [var key, var value] => texts.TryGetValue(key, out var has) && has == value,
                    _ => texts.ContainsKey(wanted),
                }
            );
}
