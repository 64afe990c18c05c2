using WorkspaceEmulator.AssetRegistries;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Endpoints;

/// <summary>Represents what holds assets: a workspace or a registry.</summary>
/// <param name="ArmId">Its ARM id.</param>
/// <param name="Type">The ARM type of its assets, without their own segment.</param>
/// <param name="Words">Its name in messages, such as <c>workspace 'work'</c>.</param>
/// <param name="Assets">Its assets of a kind.</param>
internal sealed record AssetHome(string ArmId, string Type, string Words, Func<AssetKind, AssetStore> Assets)
{
    private const string Provider = "Microsoft.MachineLearningServices";

    /// <summary>Gets the home of a request, which is set before any endpoint of a workspace or registry runs.</summary>
    public static ValueTask<AssetHome> BindAsync(HttpContext context) =>
        new(
            context.Features.Get<AssetRegistry>() is { } registry
                ? new(registry.Name.ArmId, $"{Provider}/registries", $"registry '{registry.Name.Name}'", registry.Assets)
            : context.Features.Get<Workspace>() is { } workspace
                ? new AssetHome(workspace.ArmId, $"{Provider}/workspaces", $"workspace '{workspace.Name.Name}'", workspace.Assets)
            : throw new InvalidOperationException("The request is to no workspace and no registry.")
        );
}
