using WorkspaceEmulator.Assets;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.AssetRegistries;

/// <summary>Represents a registry of Azure ML, which holds assets that several workspaces share.</summary>
internal sealed class AssetRegistry
{
    /// <summary>The kinds of assets that registries of the emulator hold.</summary>
    public static readonly IReadOnlyList<AssetKind> Kinds =
    [
        AssetKind.Environments,
        AssetKind.Models,
        AssetKind.Codes,
        AssetKind.Components,
    ];

    private readonly Dictionary<AssetKind, AssetStore> assets;

    public AssetRegistry(AssetRegistryName name, string folder, StateFolder state, TimeProvider time)
    {
        (Name, Folder) = (name, folder);
        assets = Kinds.ToDictionary(kind => kind, kind => new AssetStore(folder, kind, state, time));
    }

    public AssetRegistryName Name { get; }

    /// <summary>Gets the folder of its assets.</summary>
    public string Folder { get; }

    public AssetStore Assets(AssetKind kind) => assets[kind];
}
