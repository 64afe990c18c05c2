using Build.Log;
using Datasets.Sources;
using Datasets.Stores;
using Experiments.Reading;
using Workspaces.Errors;

namespace Build.Sessions.Data;

/// <summary>Copies the dataset of a storage account to this machine; files whose size and MD5 are known are not read again.</summary>
public sealed class StoredFolder(StorageSession storage)
{
    /// <summary>Returns the folder of the experiment's datastore, which holds the files of its use case.</summary>
    /// <returns>The datastore itself where it is a folder; otherwise a copy of the use case's images and CSV files.</returns>
    /// <exception cref="WorkspaceException">The storage account cannot be read, or a file's name leads out of the folder.</exception>
    public async Task<string> BringAsync(BuildContext context, Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (mount, imageType) = (configuration.Experiment.DataMount, configuration.Experiment.ImageType);
        if (configuration.Environment.Datastores[mount].FolderPath(context.Root) is { } own)
            return own;
        var files = await storage.OpenAsync(context, configuration.Environment, mount);
        var folder = Path.Combine(context.LocalFolder, "storage", $"{mount}-files");
        string[] places = [$"{imageType}/images", $"{imageType}/datasets"];
        var listings = await Task.WhenAll(
            files.ListTreeAsync(places[0], context.Cancellation),
            files.ListAsync(places[1], context.Cancellation)
        );
        if (listings.Any(listing => listing.Count == 0))
        {
            // Names what is missing.
            var dataset = new StoredDataset(files, mount, imageType, StorageSession.Cache(context, mount, $"{imageType}-headers"));
            await dataset.ListCsvsAsync(context.Cancellation);
        }

        StoredFile[] wanted = [.. listings.SelectMany(listing => listing)];
        var copy = new LocalCopy(files, folder, StorageSession.Cache(context, mount, $"{imageType}-files"));
        await copy.UpdateAsync(
            wanted,
            places,
            count => context.Report("Storage", $"reading {count} of {wanted.Length} files of {files.Description}"),
            context.Cancellation
        );
        return folder;
    }
}
