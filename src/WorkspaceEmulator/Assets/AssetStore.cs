using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Assets;

/// <summary>Stores the assets of one kind in a workspace. A version is stored under <c>NAME/VERSION</c>.</summary>
internal sealed class AssetStore(string folder, AssetKind kind, StateFolder state, TimeProvider time)
{
    public ResourceFolder Containers { get; } = new(Path.Combine(folder, kind.Segment), state, time);

    public ResourceFolder Versions { get; } = new(Path.Combine(folder, $"{kind.Noun.ToLowerInvariant()}-versions"), state, time);

    /// <summary>Returns the versions of an asset, newest first.</summary>
    public IReadOnlyList<ArmDocument> VersionsOf(string name) =>
        [
            .. Versions
                .List()
                .Where(document => document.Name.StartsWith($"{name}/", StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(document => document.CreatedAt),
        ];

    /// <summary>Deletes an asset with its versions.</summary>
    /// <returns>Whether the asset existed.</returns>
    public bool Delete(string name)
    {
        foreach (var version in VersionsOf(name))
            Versions.Delete(version.Name);
        return Containers.Delete(name);
    }
}
