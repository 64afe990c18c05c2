using System.Text;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using WorkspaceEmulator.Hosting;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Storage;

/// <summary>
/// What Microsoft's client sees of a workspace's storage account is what it sees of Azurite: the same results, the same errors. The account
/// is the emulator's own, or in an Azurite behind the emulator's address.
/// </summary>
public sealed class ParityTests(Azurite azurite, ParityTests.Account account) : IClassFixture<ParityTests.Account>
{
    private const string Etag = "\"0x0\"";
    private static readonly DateTimeOffset Past = new(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly BlobHttpHeaders Headers = new()
    {
        ContentType = "text/csv; charset=utf-8",
        ContentEncoding = "gzip",
        ContentLanguage = "de",
        ContentDisposition = "attachment",
        CacheControl = "no-cache",
    };

    private static readonly BlobUploadOptions Described = new() { HttpHeaders = Headers, Metadata = Metadata("owner", "me") };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<BlobContainerClient, string, Task<string>>> Calls = new(StringComparer.Ordinal)
    {
        ["upload"] = async (container, name) => await PutAsync(container, name) + await ShowAsync(container, name),
        ["upload with headers"] = async (container, name) => await PutAsync(container, name, Described) + await ShowAsync(container, name),
        ["upload again without headers"] = async (container, name) =>
            await PutAsync(container, name, Described) + await PutAsync(container, name) + await ShowAsync(container, name),
        ["upload of a new blob that exists"] = async (container, name) =>
            await PutAsync(container, name) + await PutAsync(container, name, If(new() { IfNoneMatch = ETag.All })),
        ["upload if an ETag matches"] = async (container, name) =>
        {
            var tag = (await container.GetBlobClient(name).UploadAsync(new BinaryData("old"), Stop)).Value.ETag;
            return await PutAsync(container, name, If(new() { IfMatch = tag })) + await ShowAsync(container, name);
        },
        ["upload if an ETag matches that does not"] = async (container, name) =>
            await PutAsync(container, name) + await PutAsync(container, name, If(new() { IfMatch = new(Etag) })),
        ["upload if a missing blob matches"] = (container, name) => PutAsync(container, name, If(new() { IfMatch = new(Etag) })),
        ["upload if unmodified since the past"] = async (container, name) =>
            await PutAsync(container, name) + await PutAsync(container, name, If(new() { IfUnmodifiedSince = Past })),
        ["upload with another hash"] = async (container, name) =>
        {
            var other = new BlobUploadOptions { HttpHeaders = new() { ContentHash = new byte[16] } };
            return await PutAsync(container, name, other) + await ShowAsync(container, name);
        },
        ["upload of nothing"] = async (container, name) => await PutAsync(container, name, text: "") + await ShowAsync(container, name),
        ["upload of an odd name"] = async (container, name) =>
            await PutAsync(container, name + "/Größe(C6H6) 100% #1+2?.txt")
            + await ShowAsync(container, name + "/Größe(C6H6) 100% #1+2?.txt"),
        ["properties of a missing blob"] = ShowAsync,
        ["download of a missing blob"] = (container, name) => DownloadAsync(container, name, new()),
        ["download of a range"] = (container, name) => DownloadAsync(container, name, new() { Range = new(2, 3) }, put: true),
        ["download of the end"] = (container, name) => DownloadAsync(container, name, new() { Range = new(4) }, put: true),
        ["download after the end"] = (container, name) => DownloadAsync(container, name, new() { Range = new(400, 2) }, put: true),
        ["download if an ETag matches that does not"] = (container, name) =>
            DownloadAsync(container, name, new() { Conditions = new() { IfMatch = new(Etag) } }, put: true),
        ["download if any ETag matches"] = (container, name) =>
            DownloadAsync(container, name, new() { Conditions = new() { IfMatch = ETag.All } }, put: true),
        ["download if another ETag is there"] = (container, name) =>
            DownloadAsync(container, name, new() { Conditions = new() { IfNoneMatch = new(Etag) } }, put: true),
        ["download if it changed since the ETag"] = async (container, name) =>
        {
            var tag = (await container.GetBlobClient(name).UploadAsync(new BinaryData("content"), Stop)).Value.ETag;
            return await DownloadAsync(container, name, new() { Conditions = new() { IfNoneMatch = tag } });
        },
        ["download if modified since the future"] = (container, name) =>
            DownloadAsync(container, name, new() { Conditions = new() { IfModifiedSince = Past.AddYears(200) } }, put: true),
        ["download if modified since the past"] = (container, name) =>
            DownloadAsync(container, name, new() { Conditions = new() { IfModifiedSince = Past } }, put: true),
        ["download if unmodified since the past"] = (container, name) =>
            DownloadAsync(container, name, new() { Conditions = new() { IfUnmodifiedSince = Past } }, put: true),
        ["download of a lease"] = (container, name) =>
            DownloadAsync(container, name, new() { Conditions = new() { LeaseId = Guid.Empty.ToString() } }, put: true),
        ["delete"] = async (container, name) =>
            await PutAsync(container, name) + await DeleteAsync(container, name) + await ShowAsync(container, name),
        ["delete of a missing blob"] = (container, name) => DeleteAsync(container, name),
        ["delete if an ETag matches that does not"] = async (container, name) =>
            await PutAsync(container, name)
            + await DeleteAsync(container, name, new() { IfMatch = new(Etag) })
            + await ShowAsync(container, name),
        ["delete if unmodified since the past"] = async (container, name) =>
            await PutAsync(container, name) + await DeleteAsync(container, name, new() { IfUnmodifiedSince = Past }),
        ["metadata"] = async (container, name) =>
            await PutAsync(container, name, Described)
            + await TryAsync(() => container.GetBlobClient(name).SetMetadataAsync(Metadata("team", "a & b"), cancellationToken: Stop))
            + await ShowAsync(container, name),
        ["metadata changes the ETag"] = async (container, name) =>
        {
            var blob = container.GetBlobClient(name);
            var tag = (await blob.UploadAsync(new BinaryData("content"), Stop)).Value.ETag;
            await blob.SetMetadataAsync(Metadata("a", "b"), cancellationToken: Stop);
            return await DownloadAsync(container, name, new() { Conditions = new() { IfMatch = tag } });
        },
        ["metadata if an ETag matches that does not"] = async (container, name) =>
            await PutAsync(container, name)
            + await TryAsync(() => container.GetBlobClient(name).SetMetadataAsync(Metadata("a", "b"), new() { IfMatch = new(Etag) }, Stop)),
        ["metadata of a missing blob"] = (container, name) =>
            TryAsync(() => container.GetBlobClient(name).SetMetadataAsync(Metadata("a", "b"), cancellationToken: Stop)),
        ["headers"] = async (container, name) =>
            await PutAsync(container, name, Described)
            + await TryAsync(() =>
                container
                    .GetBlobClient(name)
                    .SetHttpHeadersAsync(new() { ContentType = "a/b", CacheControl = "max-age=1" }, cancellationToken: Stop)
            )
            + await ShowAsync(container, name),
        ["blocks"] = async (container, name) =>
        {
            var blob = container.GetBlockBlobClient(name);
            var before = await StageAsync(blob, "a", "one") + await StageAsync(blob, "b", "three") + await ShowBlocksAsync(blob);
            var committed = await TryAsync(() => blob.CommitBlockListAsync([Id("b"), Id("a")], new() { HttpHeaders = Headers }, Stop));
            return before + committed + await ShowBlocksAsync(blob) + await ShowAsync(container, name);
        },
        ["blocks over a blob"] = async (container, name) =>
            await PutAsync(container, name)
            + await StageAsync(container.GetBlockBlobClient(name), "a", "one")
            + await ShowBlocksAsync(container.GetBlockBlobClient(name))
            + await ShowAsync(container, name),
        ["a missing block"] = async (container, name) =>
        {
            var blob = container.GetBlockBlobClient(name);
            return await StageAsync(blob, "a", "one") + await TryAsync(() => blob.CommitBlockListAsync([Id("x")], cancellationToken: Stop));
        },
        ["a block with another hash"] = (container, name) =>
            TryAsync(() =>
                container
                    .GetBlockBlobClient(name)
                    .StageBlockAsync(
                        Id("a"),
                        new MemoryStream("one"u8.ToArray()),
                        new BlockBlobStageBlockOptions
                        {
                            TransferValidation = new()
                            {
                                ChecksumAlgorithm = StorageChecksumAlgorithm.MD5,
                                PrecalculatedChecksum = new byte[16],
                            },
                        },
                        Stop
                    )
            ),
        ["block list of a missing blob"] = (container, name) => ShowBlocksAsync(container.GetBlockBlobClient(name)),
        ["copy"] = async (container, name) =>
        {
            var target = container.GetBlobClient(name + "-copy");
            var begun = await PutAsync(container, name, Described) + await CopyAsync(container, name, name + "-copy");
            return begun + await ShowAsync(container, target.Name);
        },
        ["copy of an odd name"] = async (container, name) =>
        {
            var odd = name + "/Größe(C6H6) 100% #1+2?.txt";
            return await PutAsync(container, odd)
                + await CopyAsync(container, odd, odd + "-copy")
                + await ShowAsync(container, odd + "-copy");
        },
        ["copy with metadata"] = async (container, name) =>
            await PutAsync(container, name, Described)
            + await CopyAsync(container, name, name + "-copy", new() { Metadata = Metadata("copied", "yes") })
            + await ShowAsync(container, name + "-copy"),
        ["copy of a missing blob"] = (container, name) => CopyAsync(container, name, name + "-copy"),
        ["copy to a new blob that exists"] = async (container, name) =>
            await PutAsync(container, name)
            + await PutAsync(container, name + "-copy")
            + await CopyAsync(container, name, name + "-copy", new() { DestinationConditions = new() { IfNoneMatch = ETag.All } }),
        ["list"] = async (container, name) =>
        {
            foreach (var path in new[] { "/a.txt", "/b/c.txt", "/b/d.txt", "/e.txt" })
                await PutAsync(container, name + path, Described);
            var text = new StringBuilder();
            var all = container.GetBlobsAsync(new GetBlobsOptions { Prefix = name + "/", Traits = BlobTraits.Metadata }, Stop);
            await foreach (var page in all.AsPages(pageSizeHint: 3))
                text.AppendLine($"page: {string.Join(", ", page.Values.Select(blob => Describe(blob, name)))}");
            var folders = container.GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Prefix = name + "/", Delimiter = "/" }, Stop);
            await foreach (var item in folders)
                text.AppendLine((item.Prefix ?? item.Blob.Name)[name.Length..]);
            return text.ToString();
        },
        ["a container that does not exist"] = (container, name) =>
            TryAsync(() =>
                container
                    .GetParentBlobServiceClient()
                    .GetBlobContainerClient($"none-{Guid.NewGuid():N}")
                    .GetBlobClient(name)
                    .DownloadContentAsync(Stop)
            ),
    };

    public static IEnumerable<TheoryDataRow<bool, string>> Names =>
        new[] { false, true }.SelectMany(isInAzurite => Calls.Keys.Select(name => new TheoryDataRow<bool, string>(isInAzurite, name)));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Client_SeesWhatItSeesOfAzurite(bool isInAzurite, string call)
    {
        var container = isInAzurite ? account.InAzurite : account.Own;
        var plan = await azurite.CreateContainerAsync();
        var name = $"parity/{Guid.NewGuid():N}";

        var expected = await Calls[call](Azurite.Container(plan), name);
        var actual = await Calls[call](container, name);

        Assert.Equal(expected, actual);
    }

    private static Dictionary<string, string> Metadata(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    private static BlobUploadOptions If(BlobRequestConditions conditions) => new() { Conditions = conditions };

    private static string Id(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static Task<string> PutAsync(
        BlobContainerClient container,
        string name,
        BlobUploadOptions? options = null,
        string text = "content"
    ) =>
        TryAsync(async () =>
        {
            var sent = await container.GetBlobClient(name).UploadAsync(new BinaryData(text), options ?? new(), Stop);
            return $"{sent.GetRawResponse().Status} {Convert.ToHexString(sent.Value.ContentHash ?? [])}";
        });

    private static Task<string> StageAsync(BlockBlobClient blob, string id, string text) =>
        TryAsync(async () =>
            (await blob.StageBlockAsync(Id(id), new MemoryStream(Encoding.UTF8.GetBytes(text)), options: null, Stop))
                .GetRawResponse()
                .Status
        );

    private static Task<string> ShowBlocksAsync(BlockBlobClient blob) =>
        TryAsync(async () =>
        {
            var list = (await blob.GetBlockListAsync(cancellationToken: Stop)).Value;
            return $"committed {Show(list.CommittedBlocks)}; uncommitted {Show(list.UncommittedBlocks)}; {list.BlobContentLength} bytes";
        });

    private static string Show(IEnumerable<BlobBlock> blocks) => string.Join(' ', blocks.Select(block => $"{block.Name}={block.SizeLong}"));

    private static Task<string> DeleteAsync(BlobContainerClient container, string name, BlobRequestConditions? conditions = null) =>
        TryAsync(async () => (await container.GetBlobClient(name).DeleteAsync(conditions: conditions, cancellationToken: Stop)).Status);

    private static Task<string> CopyAsync(BlobContainerClient container, string from, string to, BlobCopyFromUriOptions? options = null) =>
        TryAsync(async () =>
        {
            var copy = await container.GetBlobClient(to).StartCopyFromUriAsync(container.GetBlobClient(from).Uri, options, Stop);
            return $"{await copy.WaitForCompletionAsync(Stop)} bytes";
        });

    private static async Task<string> DownloadAsync(
        BlobContainerClient container,
        string name,
        BlobDownloadOptions options,
        bool put = false
    )
    {
        if (put)
            await PutAsync(container, name, Described);
        return await TryAsync(async () =>
        {
            var got = await container.GetBlobClient(name).DownloadContentAsync(options, Stop);
            if (got.GetRawResponse() is { Status: 304 } unchanged)
                return $"304 {unchanged.Headers.FirstOrDefault(header => header.Name == "x-ms-error-code").Value}";
            var details = got.Value.Details;
            var hash = Convert.ToHexString(details.ContentHash ?? details.BlobContentHash ?? []);
            return $"{got.GetRawResponse().Status} '{got.Value.Content}' {details.ContentType} {details.ContentRange} "
                + $"{details.ContentLength} {details.ContentEncoding} {details.CacheControl} {hash} {Show(details.Metadata)}";
        });
    }

    private static Task<string> ShowAsync(BlobContainerClient container, string name) =>
        TryAsync(async () =>
        {
            var found = (await container.GetBlobClient(name).GetPropertiesAsync(cancellationToken: Stop)).Value;
            return $"{found.ContentLength} bytes {found.BlobType} {found.ContentType}|{found.ContentEncoding}|{found.ContentLanguage}|"
                + $"{found.ContentDisposition}|{found.CacheControl}|{Convert.ToHexString(found.ContentHash ?? [])}|{Show(found.Metadata)}|"
                + $"{found.LeaseState} {found.LeaseStatus} copy {found.BlobCopyStatus} {found.CopyProgress}";
        });

    private static string Describe(BlobItem blob, string name) =>
        $"{blob.Name[name.Length..]} {blob.Properties.ContentLength} {blob.Properties.ContentType} {blob.Properties.ContentEncoding} "
        + $"{blob.Properties.CacheControl} {Convert.ToHexString(blob.Properties.ContentHash ?? [])} {Show(blob.Metadata)}";

    private static string Show(IDictionary<string, string> metadata) =>
        string.Join(',', metadata.Select(pair => $"{pair.Key}={pair.Value}"));

    // An error is its status and its code; the words are the service's own.
    private static async Task<string> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            var result = await call();
            return $"{(result is Response response ? response.Status : result)}\n";
        }
        catch (RequestFailedException error)
        {
            // Azure's word for a wrong hash is the emulator's.
            return $"{error.Status} {(error.ErrorCode == "InvalidOperation" ? "Md5Mismatch" : error.ErrorCode)}\n";
        }
    }

    /// <summary>The storage accounts of the workspaces of two emulators.</summary>
    public sealed class Account : IAsyncLifetime
    {
        private readonly List<TestEmulator> emulators = [];

        /// <summary>The container of the default datastore in the emulator itself.</summary>
        public BlobContainerClient Own { get; private set; } = null!;

        /// <summary>The container of the default datastore in the emulator's Azurite.</summary>
        public BlobContainerClient InAzurite { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Own = await StartAsync(options => options);
            InAzurite = await StartAsync(options => options with { Azurite = Azurite.Package });
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var emulator in emulators)
                await emulator.DisposeAsync();
        }

        private async Task<BlobContainerClient> StartAsync(Func<EmulatorOptions, EmulatorOptions> change)
        {
            var emulator = await TestEmulator.StartAsync(change);
            emulators.Add(emulator);
            return await Accounts.OpenAsync(emulator, Accounts.DefaultStore);
        }
    }
}
