using Azure.Core;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Images.Registry;

/// <summary>An image that something needs.</summary>
/// <param name="Image">Reference, as it is registered.</param>
/// <param name="By">What needs it, for people.</param>
public sealed record ImageUse(string Image, string By);

/// <summary>Finds the images that the jobs of a workspace need: those of every job that has not ended.</summary>
public sealed class ImagesInUse(WorkspaceClient workspace)
{
    /// <exception cref="WorkspaceException">The service refused or did not answer.</exception>
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
        (await Lookup.GetOrNullAsync(() => workspace.Arm.GetMachineLearningEnvironmentVersionResource(environment).GetAsync(cancellationToken)))
            ?.Data
            .Properties
            .Image;
}
