using Azure;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments;

namespace Workspaces;

/// <summary>An environment version of the workspace.</summary>
/// <param name="Name">Environment name.</param>
/// <param name="Version">Version, which follows from the image.</param>
/// <param name="Id">ARM id of the version; what a job names.</param>
/// <param name="Change">Created or Unchanged: a version never changes.</param>
public sealed record RegisteredEnvironment(string Name, string Version, string Id, StageChange Change);

/// <summary>Registers the image a job runs in as an environment version, once.</summary>
public sealed class EnvironmentRegistrar(WorkspaceClient workspace)
{
    /// <exception cref="WorkspaceException">The version is there with another image, or the service refused or did not answer.</exception>
    public Task<RegisteredEnvironment> RegisterAsync(EnvironmentPlan environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return ServiceErrors.GuardAsync(() => RegisterOnceAsync(environment, cancellationToken), cancellationToken);
    }

    private async Task<RegisteredEnvironment> RegisterOnceAsync(EnvironmentPlan environment, CancellationToken cancellationToken)
    {
        var address = workspace.Address;
        var container = workspace.Arm.GetMachineLearningEnvironmentContainerResource(
            MachineLearningEnvironmentContainerResource.CreateResourceIdentifier(address.SubscriptionId, address.ResourceGroup, address.WorkspaceName, environment.Name));
        var versions = container.GetMachineLearningEnvironmentVersions();
        var found = await Lookup.FindAsync(() => versions.GetAsync(environment.Version, cancellationToken));
        if (found is not null)
        {
            return found.Data.Properties.Image == environment.Image
                ? new RegisteredEnvironment(environment.Name, environment.Version, found.Id.ToString(), StageChange.Unchanged)
                : throw new WorkspaceException(
                    $"Environment '{environment.Name}' version '{environment.Version}' has the image {found.Data.Properties.Image}; it must have {environment.Image}, and a version cannot be changed. "
                    + $"Archive it (`az ml environment archive --name {environment.Name} --version {environment.Version}`) and find out who registered it by hand.");
        }

        // The first version of a name makes its container.
        var data = new MachineLearningEnvironmentVersionData(new MachineLearningEnvironmentVersionProperties
        {
            Image = environment.Image,
            OSType = MachineLearningOperatingSystemType.Linux,
        });
        var registered = (await versions.CreateOrUpdateAsync(WaitUntil.Completed, environment.Version, data, cancellationToken)).Value;
        return new RegisteredEnvironment(environment.Name, environment.Version, registered.Id.ToString(), StageChange.Created);
    }
}
