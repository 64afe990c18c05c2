using Azure.Core;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Images.Cleaning;

/// <summary>Finds the images of the jobs of a workspace that have not ended.</summary>
public sealed class ImagesInUse(WorkspaceClient workspace)
{
    /// <summary>Lists all jobs and reads the environments of those that have not ended.</summary>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<IReadOnlyList<ImageUse>> FindAsync(CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync(
            async () =>
            {
                var uses = new List<ImageUse>();
                await foreach (var job in workspace.Resource.GetMachineLearningJobs().GetAllAsync(cancellationToken: cancellationToken))
                {
                    if (
                        job.Data.Properties is MachineLearningCommandJob command
                        && !JobStatuses.Parse(command.Status?.ToString()).IsTerminal()
                        && await FindImageAsync(command.EnvironmentId, cancellationToken) is { } image
                    )
                    {
                        uses.Add(new ImageUse(image, $"job {job.Data.Name}"));
                    }
                }

                return (IReadOnlyList<ImageUse>)uses;
            },
            cancellationToken
        );

    private async Task<string?> FindImageAsync(ResourceIdentifier environment, CancellationToken cancellationToken) =>
        (
            await Lookup.GetOrNullAsync(() =>
                workspace.Arm.GetMachineLearningEnvironmentVersionResource(environment).GetAsync(cancellationToken)
            )
        )
            ?.Data
            .Properties
            .Image;
}
