using WorkspaceEmulator.AssetRegistries;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Wire.Versions;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Hosting;

/// <summary>
/// Checks, after routing, what all requests of a kind share: the size of the body, the api-version of ARM, and that the workspace or
/// registry exists.
/// </summary>
internal sealed class RequestScope(RequestDelegate next, WorkspaceStore workspaces, AssetRegistryStore registries)
{
    public Task InvokeAsync(HttpContext context)
    {
        BodyLimits.Apply(context);
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<ArmScope>() is not null && ApiVersions.Check(context.Request, ApiVersions.Supported) is { } refused)
            return refused.ExecuteAsync(context);
        if (metadata?.GetMetadata<AssetRegistryScope>() is not null)
        {
            var asked = AssetRegistryName.Of(context.Request);
            if (registries.Find(asked) is not { } registry)
                return ArmErrors.RegistryNotFound(asked.ResourceGroup, asked.Name).ExecuteAsync(context);
            context.Features.Set(registry);
        }

        if (metadata?.GetMetadata<WorkspaceScope>() is null)
            return next(context);

        var name = WorkspaceName.Of(context.Request);
        if (workspaces.Find(name) is not { } workspace)
            return ArmErrors.WorkspaceNotFound(name.ResourceGroup, name.Name).ExecuteAsync(context);
        context.Features.Set(workspace);
        return next(context);
    }
}
