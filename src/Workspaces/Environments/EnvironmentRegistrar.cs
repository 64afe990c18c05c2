using Azure;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Experiments.Plans;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Environments;

/// <summary>A registered environment version.</summary>
/// <param name="Name">Environment name.</param>
/// <param name="Version">Version, derived from the image.</param>
/// <param name="Id">ARM id of the version, which a job refers to.</param>
/// <param name="Change">Created or Unchanged: a version cannot be updated.</param>
public sealed record RegisteredEnvironment(string Name, string Version, string Id, StageChange Change);

/// <summary>The state of a planned environment version in the workspace.</summary>
/// <param name="Plan">The planned version.</param>
/// <param name="Change">Created when the version is missing, otherwise Unchanged.</param>
public sealed record EnvironmentState(EnvironmentPlan Plan, StageChange Change) : IStageState
{
    /// <summary>Gets no differences: a version cannot be changed.</summary>
    public IReadOnlyList<string> Differences => [];
}

/// <summary>Registers the image a job runs in as an environment version, once.</summary>
public sealed class EnvironmentRegistrar(WorkspaceClient workspace)
{
    /// <summary>Reads the version; changes nothing.</summary>
    /// <exception cref="WorkspaceException">The version exists with another image, or the service refused or did not respond.</exception>
    public Task<EnvironmentState> ReadAsync(EnvironmentPlan environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return ServiceErrors.GuardAsync(() => ReadOnceAsync(environment, cancellationToken), cancellationToken);
    }

    /// <summary>Registers the version unless it exists.</summary>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<RegisteredEnvironment> RegisterAsync(EnvironmentState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        return ServiceErrors.GuardAsync(() => RegisterOnceAsync(state, cancellationToken), cancellationToken);
    }

    private async Task<EnvironmentState> ReadOnceAsync(EnvironmentPlan environment, CancellationToken cancellationToken)
    {
        var found = await Lookup.GetOrNullAsync(() => VersionsOf(environment.Name).GetAsync(environment.Version, cancellationToken));
        if (found is not null && found.Data.Properties.Image != environment.Image)
        {
            throw new WorkspaceException(
                $"Environment '{environment.Name}' version '{environment.Version}' has the image {found.Data.Properties.Image}; "
                    + $"it must have {environment.Image}, and a version cannot be changed. "
                    + $"Archive it (`az ml environment archive --name {environment.Name} --version {environment.Version}`) and "
                    + "find out who registered it by hand."
            );
        }

        return new EnvironmentState(environment, found is null ? StageChange.Created : StageChange.Unchanged);
    }

    private async Task<RegisteredEnvironment> RegisterOnceAsync(EnvironmentState state, CancellationToken cancellationToken)
    {
        var environment = state.Plan;
        var address = workspace.Address;
        if (state.Change == StageChange.Created)
        {
            // The first version of a name creates its container.
            var data = new MachineLearningEnvironmentVersionData(
                new MachineLearningEnvironmentVersionProperties
                {
                    Image = environment.Image,
                    OSType = MachineLearningOperatingSystemType.Linux,
                }
            );
            await VersionsOf(environment.Name).CreateOrUpdateAsync(WaitUntil.Completed, environment.Version, data, cancellationToken);
        }

        var id = MachineLearningEnvironmentVersionResource.CreateResourceIdentifier(
            address.SubscriptionId,
            address.ResourceGroup,
            address.WorkspaceName,
            environment.Name,
            environment.Version
        );
        return new RegisteredEnvironment(environment.Name, environment.Version, id.ToString(), state.Change);
    }

    private MachineLearningEnvironmentVersionCollection VersionsOf(string name)
    {
        var address = workspace.Address;
        return workspace
            .Arm.GetMachineLearningEnvironmentContainerResource(
                MachineLearningEnvironmentContainerResource.CreateResourceIdentifier(
                    address.SubscriptionId,
                    address.ResourceGroup,
                    address.WorkspaceName,
                    name
                )
            )
            .GetMachineLearningEnvironmentVersions();
    }
}
