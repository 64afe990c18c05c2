namespace WorkspaceEmulator.Wire;

/// <summary>The <c>listViewType</c> of lists: ActiveOnly unless the request says otherwise.</summary>
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
