using System.Collections.Concurrent;
using Azure.Core.Pipeline;
using Azure.Identity;
using Datasets.Checks;
using Datasets.Sources;
using Datasets.Stores;
using Datasets.Upload;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans;
using Workspaces.Datastores;
using Workspaces.Http;

namespace EndToEnd.Storage;

/// <summary>Opens datastores and uploads to them as the host does, and records each request.</summary>
internal sealed class Uploads : IDisposable
{
    private readonly HttpMessageInvoker invoker;
    private readonly HttpClient client;

    public Uploads(string? secret = Azurite.Key)
    {
        Secret = secret;
        client = new HttpClient(new Recorder(Sent));
        invoker = client;
    }

    public string? Secret { get; set; }

    /// <summary>Each request as <c>PUT /container/blob?comp=block</c>; without the account and varying parts.</summary>
    public ConcurrentQueue<string> Sent { get; } = new();

    public string CacheFile { get; } = Path.Combine(Directory.CreateTempSubdirectory("storage-cache-").FullName, "cache.json");

    public Task<IDatastoreFiles> OpenAsync(DatastorePlan plan) =>
        new DatastoreStorage(
            new DatastoreSecrets(_ => throw new InvalidOperationException("no workspace is needed"), _ => Secret),
            new AzureCliCredential()
        )
        {
            Transport = new HttpClientTransport(client),
            Retries = RetrySettings.Default with { Delay = TimeSpan.FromMilliseconds(1) },
        }.OpenAsync(plan, TestContext.Current.CancellationToken);

    public async Task<DatasetUpload> UploadAsync(DatastorePlan plan, TestDataset dataset) =>
        await UploadAsync(await OpenAsync(plan), dataset, TestContext.Current.CancellationToken);

    public Task<DatasetUpload> UploadAsync(IDatastoreFiles files, TestDataset dataset, CancellationToken cancellationToken) =>
        new DatasetUploader(files, new ContentCache(CacheFile), TimeProvider.System).UploadAsync(
            dataset.Root,
            TestDataset.ImageType,
            TestDataset.Model,
            new Progress<UploadProgress>(),
            cancellationToken
        );

    public async Task<DatasetSummary> ReadAsync(DatastorePlan plan, string csv = "latest")
    {
        var source = new StoredDataset(await OpenAsync(plan), plan.Name, TestDataset.ImageType, new ContentCache($"{CacheFile}.sizes"));
        return await DatasetReader.ReadAsync(source, csv, csv, new DataSettings(), withHash: true, TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        invoker.Dispose();
        Directory.Delete(Path.GetDirectoryName(CacheFile)!, recursive: true);
    }

    private sealed class Recorder(ConcurrentQueue<string> sent) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var comp = System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query)["comp"];
            sent.Enqueue(
                $"{request.Method} {request.RequestUri.AbsolutePath[(Azurite.Account.Length + 1)..]}{(comp is null ? "" : $"?comp={comp}")}"
            );
            return base.SendAsync(request, cancellationToken);
        }
    }
}
