using Azure.Core;
using Build.Stages;
using Experiments.Plans;
using Images.Registry;

namespace Build.Docker;

/// <summary>The connections of a run to registries: one each, so that a token bought once serves every target.</summary>
public sealed class RegistrySession(SignInSession signIns) : IDisposable
{
    private readonly Dictionary<string, ImageRegistry> open = new(StringComparer.Ordinal);

    /// <summary>The registry of a plan's image.</summary>
    public ImageRegistry Open(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Open(plan.Image!, plan.Workspace.TenantId, isOwn: plan.ImageBuild is not null);
    }

    /// <summary>A repository.</summary>
    /// <param name="image">Registry and repository; tag and digest do not matter.</param>
    /// <param name="tenantId">Tenant to sign in to; null leaves it to the credential.</param>
    /// <param name="isOwn">Whether the registry is that of the environment config.</param>
    public ImageRegistry Open(ImageReference image, string? tenantId, bool isOwn)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (open.TryGetValue(image.Repository, out var registry))
            return registry;
        var connection = new RegistryConnection(image.Registry, image.Name);
        connection = RegistryConnection.IsAzure(image.Registry)
            ? connection with
            {
                Credential = Credential(tenantId),
            }
            : connection with
            {
                Login = DockerCredentials.Find(image.Registry, isOwn, Environment.GetEnvironmentVariable),
            };
        return open[image.Repository] = new ImageRegistry(connection);
    }

    /// <summary>Azure, signed in as for the workspace.</summary>
    public TokenCredential Credential(string? tenantId) => signIns.To(tenantId);

    public void Dispose()
    {
        foreach (var registry in open.Values)
            registry.Dispose();
    }
}
