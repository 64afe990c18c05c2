using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Resources;

/// <summary>Receives the resources of a deployment: the emulator's own, or a copy on which nothing has an effect.</summary>
internal interface IDeploymentTarget
{
    /// <summary>Finds a resource with everything that <c>reference()</c> reads.</summary>
    /// <returns>Null when there is no such resource.</returns>
    JsonObject? Find(string id);

    /// <summary>Creates or changes a resource.</summary>
    /// <returns>The resource as <see cref="Find"/> returns it.</returns>
    /// <exception cref="Templates.TemplateException">The resource is refused.</exception>
    Task<JsonObject> PutAsync(ResourceRequest request, CancellationToken cancellationToken);
}
