using Azure.Core;
using Azure.ResourceManager.MachineLearning;
using Azure.ResourceManager.MachineLearning.Models;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Models;

namespace Images.Cleaning;

/// <summary>Finds the images in which the registered models of a workspace were trained: without them no model can be made again.</summary>
/// <param name="workspace">The workspace.</param>
public sealed class ImagesOfModels(WorkspaceClient workspace)
{
    private const string ImageTag = "image";

    /// <summary>Lists all versions of all models, archived ones too.</summary>
    /// <returns>The images by the version's property, else its tag, else the environment of its job.</returns>
    /// <exception cref="WorkspaceException">The service refused or did not respond.</exception>
    public Task<IReadOnlyList<ImageUse>> FindAsync(CancellationToken cancellationToken) =>
        ServiceErrors.GuardAsync<IReadOnlyList<ImageUse>>(
            async () =>
            {
                var uses = new List<ImageUse>();
                var all = MachineLearningListViewType.All;
                var models = workspace.Resource.GetMachineLearningModelContainers();
                var options = new MachineLearningModelVersionCollectionGetAllOptions { ListViewType = all };
                await foreach (var model in models.GetAllAsync(listViewType: all, cancellationToken: cancellationToken))
                {
                    await foreach (var version in model.GetMachineLearningModelVersions().GetAllAsync(options, cancellationToken))
                    {
                        if (await FindImageAsync(version.Data.Properties, cancellationToken) is { } image)
                            uses.Add(new ImageUse(image, $"model {model.Id.Name}:{version.Id.Name}"));
                    }
                }

                return uses;
            },
            cancellationToken
        );

    // A person may remove a tag, and register a model without this project.
    private async Task<string?> FindImageAsync(MachineLearningModelVersionProperties version, CancellationToken cancellationToken)
    {
        if (version.Properties.TryGetValue(ModelDraft.ImageProperty, out var image) || version.Tags.TryGetValue(ImageTag, out image))
            return image;
        if (string.IsNullOrEmpty(version.JobName))
            return null;
        var job = await Lookup.GetOrNullAsync(() => workspace.Resource.GetMachineLearningJobAsync(version.JobName, cancellationToken));
        return job?.Data.Properties is MachineLearningCommandJob { EnvironmentId: { } environment }
            ? await FindImageAsync(environment, cancellationToken)
            : null;
    }

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
