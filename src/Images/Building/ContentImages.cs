using Images.Registry;
using Workspaces.Errors;

namespace Images.Building;

/// <summary>Finds the image of a plan under its content tag.</summary>
/// <remarks>
/// Everybody who may push can give any image any tag. So an image counts only when the image of each platform has the labels of the plan.
/// </remarks>
/// <param name="registry">The repository of the image.</param>
/// <param name="expected">The labels that the image must have: see <see cref="ImageLabels.Expected"/>.</param>
public sealed class ContentImages(ImageRegistry registry, IReadOnlyDictionary<string, string> expected)
{
    /// <summary>Finds the image.</summary>
    /// <exception cref="WorkspaceException">The registry refused or did not respond.</exception>
    public async Task<FoundImage> FindAsync(string tag, CancellationToken cancellationToken) =>
        await registry.FindAsync(tag, cancellationToken) is { } manifest
            ? new(manifest, await FindFaultAsync(manifest, cancellationToken))
            : new(null, null);

    private async Task<string?> FindFaultAsync(ImageManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            var images = await registry.DescribeAllAsync(manifest, cancellationToken);
            return images.Select(FindFault).OfType<string>().FirstOrDefault();
        }
        catch (WorkspaceException error) when (error.ErrorCode == ImageRegistry.NoImage || error.Status == 404)
        {
            return error.Message.TrimEnd('.');
        }
    }

    private string? FindFault(ImageDescription image)
    {
        foreach (var (name, value) in expected)
        {
            var found = image.Labels.GetValueOrDefault(name);
            if (found != value)
                return $"its label {name} is {(found is null ? "missing" : $"\"{found}\"")}; it must be \"{value}\"";
        }

        return null;
    }
}
