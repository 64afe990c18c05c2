using Cake.Core;
using Experiments.Model;
using Experiments.Plans;
using Experiments.Plans.Images;
using Images.Building;
using Images.Registry;

namespace Build.Sessions;

/// <summary>Holds one connection per repository, so that all targets of a run reuse one token.</summary>
public sealed class RegistrySession(SignInSession signIns, ICakeEnvironment environment) : IDisposable
{
    private readonly Dictionary<string, ImageRegistry> open = new(StringComparer.Ordinal);

    /// <summary>Connects to the repository of a plan's image.</summary>
    public ImageRegistry Open(ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Open(plan.Image!, plan.Workspace.TenantId, isOwn: plan.ImageBuild is not null);
    }

    /// <summary>Connects to a repository of this project's images.</summary>
    /// <param name="config">The environment config.</param>
    /// <param name="repository">IMAGE_REPOSITORY, or the repository of pull requests.</param>
    public ImageRegistry Open(EnvironmentConfig config, string repository)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Open(ImageReference.Parse($"{config.Registry}/{repository}"), config.AmlTenantId, isOwn: true);
    }

    /// <summary>Connects to a repository.</summary>
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
                Credential = signIns.To(tenantId),
            }
            : connection with
            {
                Login = DockerCredentials.Find(image.Registry, isOwn, environment.GetEnvironmentVariable),
            };
        return open[image.Repository] = new ImageRegistry(connection);
    }

    /// <summary>Returns where Azure builds the images of a workspace, signed in as to the workspace.</summary>
    public AzureBuild Azure(WorkspaceAddress workspace)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        return new(workspace.SubscriptionId, signIns.To(workspace.TenantId));
    }

    public void Dispose()
    {
        foreach (var registry in open.Values)
            registry.Dispose();
    }
}
