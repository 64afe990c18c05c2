using Build.Log;
using Cake.Core;
using Datasets.Stores;
using Experiments.Reading;
using Workspaces.Errors;

namespace Build.Sessions.Data;

/// <summary>Brings the dataset of a storage account to this machine; files that are here already are not read again.</summary>
public sealed class StoredFolder(StorageSession storage)
{
    private const int Lanes = 16;

    /// <summary>Returns the folder of the experiment's datastore, which holds the files of its use case.</summary>
    /// <returns>The datastore itself where it is a folder; otherwise a copy of the use case's images and CSV files.</returns>
    /// <exception cref="WorkspaceException">The storage account cannot be read.</exception>
    /// <exception cref="CakeException">A file has a name that leads out of the folder.</exception>
    public async Task<string> BringAsync(BuildContext context, Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (mount, imageType) = (configuration.Experiment.DataMount, configuration.Experiment.ImageType);
        if (configuration.Environment.Datastores[mount].FolderPath(context.Root) is { } own)
            return own;
        var files = await storage.OpenAsync(context, configuration.Environment, mount);
        var folder = Path.Combine(context.LocalFolder, "storage", $"{mount}-files");
        var listings = await Task.WhenAll(
            files.ListTreeAsync($"{imageType}/images", context.Cancellation),
            files.ListAsync($"{imageType}/datasets", context.Cancellation)
        );
        IReadOnlyList<StoredFile> wanted = [.. listings.SelectMany(listing => listing)];
        var cache = StorageSession.Cache(context, mount, $"{imageType}-files");
        var missing = wanted.Where(file => cache.Find(file.Path, file.Version) is null || !File.Exists(Locate(folder, file))).ToList();
        if (missing.Count > 0)
            context.Report("Storage", $"reading {missing.Count} of {wanted.Count} files of {files.Description}");
        await Parallel.ForEachAsync(
            missing,
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = context.Cancellation },
            async (file, stop) =>
            {
                var target = Locate(folder, file);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                var unfinished = $"{target}.unfinished";
                await File.WriteAllBytesAsync(unfinished, await files.ReadAsync(file.Path, stop), stop);
                File.Move(unfinished, target, overwrite: true);
                cache.Set(file.Path, file.Version, "");
            }
        );
        cache.Save();
        Remove(folder, imageType, wanted);
        return folder;
    }

    // A file that the account no longer has must not be found here.
    private static void Remove(string folder, string imageType, IReadOnlyList<StoredFile> wanted)
    {
        var kept = wanted.Select(file => Locate(folder, file)).ToHashSet(StringComparer.Ordinal);
        var root = new DirectoryInfo(Path.Combine(folder, imageType));
        if (!root.Exists)
            return;
        foreach (var file in root.EnumerateFiles("*", SearchOption.AllDirectories).Where(file => !kept.Contains(file.FullName)))
            file.Delete();
    }

    private static string Locate(string folder, StoredFile file)
    {
        var path = Path.GetFullPath(Path.Combine(folder, file.Path));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new CakeException($"The datastore has a file '{file.Path}', whose name leads out of its folder; rename it.");
    }
}
