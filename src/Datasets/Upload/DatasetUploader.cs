using Datasets.Stores;
using Workspaces.Errors;

namespace Datasets.Upload;

/// <summary>
/// Uploads a folder in the datastore layout: files that are missing in the datastore, and files that differ by MD5. The CSV files are
/// uploaded last, so that
/// <c>latest</c> never names an incomplete dataset.
/// </summary>
/// <param name="files">The datastore.</param>
/// <param name="digests">Caches the MD5 of files by size and time, so that unchanged files are not read again.</param>
/// <param name="time">The clock, for the progress.</param>
public sealed class DatasetUploader(IDatastoreFiles files, ContentCache digests, TimeProvider time)
{
    private const int Lanes = 16;

    /// <summary>Uploads the folder.</summary>
    /// <param name="folder">The folder in the datastore layout.</param>
    /// <param name="imageType">The use case: a folder in it.</param>
    /// <param name="baseModel">The model whose weights are uploaded too, if there are any: <c>models/{baseModel}</c>.</param>
    /// <param name="progress">Receives the progress every few seconds.</param>
    /// <param name="cancellationToken">Stops the upload; the next one resumes.</param>
    /// <exception cref="WorkspaceException">
    /// The storage denied a request, failed or did not respond; or it takes two names of the folder for one.
    /// </exception>
    public async Task<DatasetUpload> UploadAsync(
        string folder,
        string imageType,
        string baseModel,
        IProgress<UploadProgress> progress,
        CancellationToken cancellationToken
    )
    {
        var places = new[] { $"{imageType}/images", $"models/{baseModel}", $"{imageType}/datasets" };
        var local = places.Select(place => LocalFile.In(folder, place)).ToList();
        if (files.IgnoresCase)
            CheckNames(local.SelectMany(place => place));
        var there = await Task.WhenAll(places.Select(place => files.ListTreeAsync(place, cancellationToken)));
        try
        {
            var toSend = await Task.WhenAll(local.Zip(there, (mine, theirs) => FindToSendAsync(mine, theirs, cancellationToken)));
            var all = toSend.SelectMany(file => file).ToList();
            var meter = new UploadMeter(all.Count, all.Sum(file => file.Length), progress, time);
            await SendAsync([.. toSend[0], .. toSend[1]], meter, cancellationToken);
            await SendAsync(toSend[2], meter, cancellationToken);
            return new DatasetUpload(local.Sum(mine => mine.Count), all.Count, all.Sum(file => file.Length));
        }
        finally
        {
            digests.Save();
        }
    }

    // One of two such files would replace the other, and of two such folders one would take the files of both.
    private void CheckNames(IEnumerable<LocalFile> mine)
    {
        var clashes = mine.SelectMany(file => Prefixes(file.StoredPath))
            .Distinct(StringComparer.Ordinal)
            .GroupBy(path => path, StringComparer.OrdinalIgnoreCase)
            .Select(same => same.Order(StringComparer.Ordinal).ToList())
            .Where(same => same.Count > 1)
            .OrderBy(same => same[0], StringComparer.Ordinal)
            .ToList();
        if (clashes.Count == 0)
            return;
        throw new WorkspaceException(
            $"{files.Description} cannot keep both '{clashes[0][0]}' and '{clashes[0][1]}'"
                + (clashes.Count == 1 ? "" : $", nor {clashes.Count - 1} more such pairs")
                + ": names in it that differ in case alone are one file. Rename one of them, also in the CSV files, or use a blob "
                + "container."
        );
    }

    /// <summary>Returns a path and the folders that hold it.</summary>
    private static IEnumerable<string> Prefixes(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
            yield return path[..end];
    }

    private async Task<IReadOnlyList<LocalFile>> FindToSendAsync(
        IReadOnlyList<LocalFile> mine,
        IReadOnlyList<StoredFile> theirs,
        CancellationToken cancellationToken
    )
    {
        var there = theirs.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var same = new bool[mine.Count];
        await Parallel.ForAsync(0, mine.Count, Options(cancellationToken), async (index, stop) =>
            same[index] = there.TryGetValue(mine[index].StoredPath, out var stored) && await IsSameAsync(mine[index], stored, stop)
        );
        return [.. mine.Where((_, index) => !same[index])];
    }

    private async Task<bool> IsSameAsync(LocalFile mine, StoredFile theirs, CancellationToken cancellationToken)
    {
        if (mine.Length != theirs.Length)
            return false;
        var stored = $"stored:{theirs.Path}";
        if (digests.Find(stored, theirs.Version) is not { } theirMd5)
        {
            if (await files.FindMd5Async(theirs, cancellationToken) is not { } md5)
                return false; // unknown: uploaded again, with its MD5
            digests.Set(stored, theirs.Version, theirMd5 = Convert.ToHexStringLower(md5.Span));
        }

        if (digests.Find(mine.FullPath, mine.Version) is not { } myMd5)
        {
            digests.Set(
                mine.FullPath,
                mine.Version,
                myMd5 = Convert.ToHexStringLower(await LocalFile.HashAsync(mine.FullPath, cancellationToken))
            );
        }

        return myMd5 == theirMd5;
    }

    private Task SendAsync(IReadOnlyList<LocalFile> toSend, UploadMeter meter, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(toSend, Options(cancellationToken), async (file, stop) =>
        {
            var md5 = await files.WriteAsync(file.StoredPath, file.FullPath, meter, stop);
            digests.Set(file.FullPath, file.Version, Convert.ToHexStringLower(md5.Span));
            meter.FileDone();
        });

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken };
}
