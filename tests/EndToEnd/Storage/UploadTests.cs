using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Datasets.Stores;
using Datasets.Upload;
using Experiments.Plans;

namespace EndToEnd.Storage;

public sealed class UploadTests(Azurite azurite) : IDisposable
{
    private readonly TestDataset dataset = new();
    private readonly Uploads uploads = new();

    private const int UploadsAtOnce = 16;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        dataset.Dispose();
        uploads.Dispose();
    }

    [Fact]
    public async Task UploadAsync_PutsEveryFileInItsPlace_WithTypeAndMd5()
    {
        dataset.Write($"models/{TestDataset.Model}/weights.pth", "weights");
        var plan = await azurite.CreateContainerAsync();

        var upload = await uploads.UploadAsync(plan, dataset);

        Assert.Equal(new DatasetUpload(7, 7, dataset.Files.Sum(file => (long)dataset.Read(file).Length)), upload);
        await AssertHoldsAsync(plan, dataset.Files);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var blob in Azurite.Container(plan).GetBlobsAsync(cancellationToken: Stop))
            types[Path.GetExtension(blob.Name)] = blob.Properties.ContentType;
        Assert.Equal(
            [new(".csv", "text/csv"), new(".gif", "image/gif"), new(".pth", "application/octet-stream")],
            types.OrderBy(pair => pair.Key, StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task UploadAsync_SendsNothing_WhenEveryFileExists()
    {
        var plan = await azurite.CreateContainerAsync();
        await uploads.UploadAsync(plan, dataset);
        uploads.Sent.Clear();

        var upload = await uploads.UploadAsync(plan, dataset);

        Assert.Equal(new DatasetUpload(6, 0, 0), upload);
        Assert.All(uploads.Sent, request => Assert.StartsWith($"GET /{plan.Container}?comp=list", request, StringComparison.Ordinal));
        Assert.Equal(3, uploads.Sent.Count);
    }

    [Fact]
    public async Task UploadAsync_RereadsNoFile_WhenSizeAndTimeAreTheSame()
    {
        var plan = await azurite.CreateContainerAsync();
        await uploads.UploadAsync(plan, dataset);
        var file = Path.Combine(dataset.Root, TestDataset.ImageType, "images", "000.gif");
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllBytes(file, TestDataset.Gif("999.gif")); // visible only to a reader of the file
        File.SetLastWriteTimeUtc(file, time);

        Assert.Equal(0, (await uploads.UploadAsync(plan, dataset)).Sent);
    }

    [Fact]
    public async Task UploadAsync_SendsNothing_WhenOtherFilesHaveTheSameContent()
    {
        var plan = await azurite.CreateContainerAsync();
        await uploads.UploadAsync(plan, dataset);
        using var copy = new TestDataset();

        Assert.Equal(0, (await uploads.UploadAsync(plan, copy)).Sent);
    }

    [Fact]
    public async Task UploadAsync_SendsOnlyTheChangedFile_WhenOneChanged()
    {
        var plan = await azurite.CreateContainerAsync();
        await uploads.UploadAsync(plan, dataset);
        dataset.Write($"{TestDataset.ImageType}/images/001.gif", TestDataset.Gif("abc.gif")); // as long as before
        uploads.Sent.Clear();

        var upload = await uploads.UploadAsync(plan, dataset);

        Assert.Equal(1, upload.Sent);
        Assert.Equal(
            [$"PUT /{plan.Container}/road/images/001.gif"],
            uploads.Sent.Where(request => request.StartsWith("PUT", StringComparison.Ordinal))
        );
        await AssertHoldsAsync(plan, dataset.Files);
    }

    [Fact]
    public async Task UploadAsync_ResendsAFile_WhenTheStoredBlobHasNoMd5()
    {
        var plan = await azurite.CreateContainerAsync();
        await uploads.UploadAsync(plan, dataset);
        await Azurite
            .Container(plan)
            .GetBlobClient("road/images/001.gif")
            .SetHttpHeadersAsync(new BlobHttpHeaders(), cancellationToken: Stop);

        Assert.Equal(1, (await uploads.UploadAsync(plan, dataset)).Sent);
    }

    [Fact]
    public async Task UploadAsync_LeavesNoCsvAndResumes_WhenItIsCutAmongTheImages()
    {
        using var large = new TestDataset(images: 40);
        var plan = await azurite.CreateContainerAsync();
        using var interruption = new CancellationTokenSource();
        var cut = new CutFiles(await uploads.OpenAsync(plan), interruption) { FilesBefore = 25 };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => uploads.UploadAsync(cut, large, interruption.Token));

        var there = await NamesAsync(plan);
        Assert.InRange(there.Count, 1, 40);
        Assert.DoesNotContain(there, name => name.EndsWith(".csv", StringComparison.Ordinal));
        foreach (var name in there)
            Assert.Equal(large.Read(name), await ReadAsync(plan, name));

        var upload = await uploads.UploadAsync(plan, large);

        // Requests that were in flight when it was cut may have arrived since, or may just be replacing a file that was listed.
        Assert.InRange(upload.Sent, 42 - 25, 42 - there.Count + UploadsAtOnce);
        await AssertHoldsAsync(plan, large.Files, large);
    }

    [Fact]
    public async Task UploadAsync_StagesOnlyTheBlocksThatAreMissing_WhenALongFileWasCut()
    {
        var weights = new byte[20_000_000];
        new Random(1).NextBytes(weights);
        dataset.Write($"models/{TestDataset.Model}/weights.pth", weights);
        var plan = await azurite.CreateContainerAsync();
        using var interruption = new CancellationTokenSource();
        var cut = new CutFiles(await uploads.OpenAsync(plan), interruption) { BytesBefore = 8_000_000 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => uploads.UploadAsync(cut, dataset, interruption.Token));
        var blob = Azurite.Container(plan).GetBlockBlobClient($"models/{TestDataset.Model}/weights.pth");
        Assert.False(await blob.ExistsAsync(Stop));
        uploads.Sent.Clear();

        await uploads.UploadAsync(plan, dataset);

        Assert.Equal(2, uploads.Sent.Count(request => request.EndsWith("?comp=block", StringComparison.Ordinal)));
        Assert.Equal(weights, (await blob.DownloadContentAsync(Stop)).Value.Content.ToArray());
        Assert.Equal(0, (await uploads.UploadAsync(plan, dataset)).Sent);
    }

    /// <summary>
    /// However a folder changes and an upload is cut, no file is ever incomplete, and in the end the datastore equals the folder.
    /// </summary>
    [Fact]
    public async Task UploadAsync_EndsWithTheFolder_HoweverOftenItIsCut()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var plan = await azurite.CreateContainerAsync();
            var versions = dataset.Files.ToDictionary(
                file => file,
                file => new List<byte[]> { dataset.Read(file) },
                StringComparer.Ordinal
            );
            for (var round = random.Next(1, 4); round > 0; round--)
            {
                using var interruption = new CancellationTokenSource();
                var cut = new CutFiles(await uploads.OpenAsync(plan), interruption) { FilesBefore = random.Next(7) };
                try
                {
                    await uploads.UploadAsync(cut, dataset, interruption.Token);
                }
                catch (OperationCanceledException)
                {
                    // the cancellation of this test
                }

                foreach (var name in await NamesAsync(plan))
                    Assert.Contains(await ReadAsync(plan, name), versions[name]);
                var changed = $"road/images/{random.Next(3):D3}.gif";
                dataset.Write(changed, TestDataset.Gif(new string((char)('a' + random.Next(26)), random.Next(1, 9))));
                versions[changed].Add(dataset.Read(changed));
            }

            await uploads.UploadAsync(plan, dataset);

            await AssertHoldsAsync(plan, dataset.Files);
        }
    }

    [Fact]
    public async Task UploadAsync_CopiesLikewise_WhenTheDatastoreIsAFolder()
    {
        var target = Path.Combine(Path.GetDirectoryName(uploads.CacheFile)!, "target");
        var files = new FolderFiles(target);

        Assert.Equal(6, (await uploads.UploadAsync(files, dataset, Stop)).Sent);
        Assert.Equal(0, (await uploads.UploadAsync(files, dataset, Stop)).Sent);
        dataset.Write($"{TestDataset.ImageType}/images/001.gif", TestDataset.Gif("abc.gif"));
        Assert.Equal(1, (await uploads.UploadAsync(files, dataset, Stop)).Sent);

        Assert.Equal(
            dataset.Files,
            Directory
                .EnumerateFiles(target, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(target, file))
                .Order(StringComparer.Ordinal)
        );
        Assert.All(dataset.Files, file => Assert.Equal(dataset.Read(file), File.ReadAllBytes(Path.Combine(target, file))));
    }

    private Task AssertHoldsAsync(DatastorePlan plan, IReadOnlyList<string> names) => AssertHoldsAsync(plan, names, dataset);

    private static async Task AssertHoldsAsync(DatastorePlan plan, IReadOnlyList<string> names, TestDataset expected)
    {
        Assert.Equal(names, await NamesAsync(plan));
        foreach (var name in names)
            Assert.Equal(expected.Read(name), await ReadAsync(plan, name));
    }

    private static async Task<byte[]> ReadAsync(DatastorePlan plan, string name) =>
        (await Azurite.Container(plan).GetBlobClient(name).DownloadContentAsync(Stop)).Value.Content.ToArray();

    private static async Task<IReadOnlyList<string>> NamesAsync(DatastorePlan plan)
    {
        var names = new List<string>();
        await foreach (var blob in Azurite.Container(plan).GetBlobsAsync(cancellationToken: Stop))
            names.Add(blob.Name);
        return [.. names.Order(StringComparer.Ordinal)];
    }
}
