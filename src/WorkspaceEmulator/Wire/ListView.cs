namespace WorkspaceEmulator.Wire;

/// <summary>Applies the <c>listViewType</c> of lists; the default is ActiveOnly.</summary>
internal static class ListView
{
    public static bool Includes(HttpRequest request, bool isArchived) =>
        request.Query["listViewType"].ToString() switch
        {
            "All" => true,
            "ArchivedOnly" => isArchived,
            _ => !isArchived,
        };
}
