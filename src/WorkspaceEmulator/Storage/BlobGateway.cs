using System.Collections.Concurrent;
using Azure;
using Microsoft.AspNetCore.Http.Features;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Blobs.Access;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;
using WorkspaceEmulator.Workspaces;
using Yarp.ReverseProxy.Forwarder;

namespace WorkspaceEmulator.Storage;

/// <summary>
/// Passes requests to the storage account of a workspace on to its Azurite, which checks their signatures. So an account keeps its address,
/// and Azurite starts with the first request.
/// </summary>
internal sealed class BlobGateway(RequestDelegate next, StorageAccounts accounts, TimeProvider time)
{
    // Azurite compares the version that signs with this, where a client names none.
    private const string Version = "2021-12-02";

    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(10);

    // What forwards is made with the first request: few emulators have an Azurite.
    private static readonly Lazy<IHttpForwarder> Forwarder = new(() =>
        new ServiceCollection().AddLogging().AddHttpForwarder().BuildServiceProvider().GetRequiredService<IHttpForwarder>()
    );

    private readonly ConcurrentDictionary<AzuriteAccount, ArtifactBlobs> artifacts = new();

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        return
            StorageAccountNames.IsAccountPath(path)
            && accounts.Find(path.Value!.Split('/', 3)[1]) is { Workspace.Azurite: { } azurite } account
            ? PassOnAsync(context, account, azurite)
            : next(context);
    }

    private async Task PassOnAsync(HttpContext context, StorageAccount account, AzuriteAccount azurite)
    {
        var target = BlobTarget.Of(context);
        target = target with { Blob = target.Blob.Replace('\\', '/') }; // As Azurite does.
        if (Refuse(context.Request, account.Workspace, target) is { } refused)
        {
            await refused.ExecuteAsync(context);
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null; // It is written to disk as it arrives.
        try
        {
            await azurite.EnsureAsync(context.RequestAborted);
            if (target.Container == StorageAccountNames.Artifacts)
            {
                var asked = target.Blob.Length > 0 ? target.Blob : context.Request.Query["prefix"].ToString();
                await Artifacts(azurite).PushAsync(account.Workspace, asked, context.RequestAborted);
            }
        }
        catch (AzuriteException error)
        {
            // Clients would try again after any other status.
            await StorageErrors.Of(StatusCodes.Status501NotImplemented, "NotImplemented", error.Message).ExecuteAsync(context);
            return;
        }
        catch (Exception error) when (error is RequestFailedException or IOException)
        {
            var reason = error.Message.Split('\n')[0];
            await StorageErrors.Of(503, "ServerBusy", $"Azurite could not be used: {reason}").ExecuteAsync(context);
            return;
        }

        if (context.Features.Get<Caller>() is { IsOwner: true })
            Sign(context, account);
        using var invoker = new HttpMessageInvoker(azurite.Handler, disposeHandler: false);
        await Forwarder.Value.SendAsync(
            context,
            AzuriteHandler.Address.AbsoluteUri,
            invoker,
            new ForwarderRequestConfig
            {
                Version = System.Net.HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                ActivityTimeout = LongestSilence,
            },
            new Transformer(Artifacts(azurite), WrittenBy(context, account.Workspace, target))
        );
    }

    private ArtifactBlobs Artifacts(AzuriteAccount azurite) => artifacts.GetOrAdd(azurite, account => new(account));

    // Artifacts belong to jobs, which are on this machine and not in Azurite.
    private static StorageError? Refuse(HttpRequest request, Workspace workspace, BlobTarget target)
    {
        if (!request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.StartsWith('/'))
            return StorageErrors.Of(400, "InvalidUri", "The requested URI does not represent any resource on the server.");
        if (HttpMethods.IsPost(request.Method) && request.Query["comp"] == "batch")
        {
            return StorageErrors.Of(501, "NotImplemented", "The emulator passes no batches on; send the requests one by one.");
        }

        if (
            target.Container != StorageAccountNames.Artifacts
            || HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
            || (target.Blob.Length > 0 && !target.Blob.StartsWith(RunsContainer.Root, StringComparison.Ordinal))
        )
        {
            return null;
        }

        if (HttpMethods.IsDelete(request.Method))
            return StorageErrors.Of(409, "OperationNotAllowedOnBlob", $"The blob is not deleted: {RunsContainer.WhyNotDeleted}.");
        if (target.Blob.Length == 0)
            return null;
        return StorageContainers.FindArtifact(workspace, target.Blob) is var (_, path) && ConfinedFolder.IsPath(path)
            ? null
            : StorageErrors.Of(400, "InvalidResourceName", $"The blob's name is refused: {RunsContainer.NameRule}.");
    }

    // The owner's token stands for the account key.
    private void Sign(HttpContext context, StorageAccount account)
    {
        if (context.Request.Headers["x-ms-version"].Count == 0)
            context.Request.Headers["x-ms-version"] = Version;
        SharedKeySignature.Add(context, account, time.GetUtcNow());
    }

    private static (Run Run, string Path)? WrittenBy(HttpContext context, Workspace workspace, BlobTarget target) =>
        HttpMethods.IsPut(context.Request.Method)
        && target.Container == StorageAccountNames.Artifacts
        && context.Request.Query["comp"].ToString() is "" or "blocklist" or "appendblock" or "page"
            ? StorageContainers.FindArtifact(workspace, target.Blob)
            : null;

    private sealed class Transformer(ArtifactBlobs artifacts, (Run Run, string Path)? written) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext,
            HttpRequestMessage proxyRequest,
            string destinationPrefix,
            CancellationToken cancellationToken
        )
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            // The host tells Azurite whether the path begins with the account.
            var target = httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            proxyRequest.RequestUri = new Uri(
                destinationPrefix.TrimEnd('/') + target,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
            );
            proxyRequest.Headers.Host = AccountHosts.IsOne(httpContext.Request.Host) ? httpContext.Request.Host.Value : null;
        }

        public override async ValueTask<bool> TransformResponseAsync(
            HttpContext httpContext,
            HttpResponseMessage? proxyResponse,
            CancellationToken cancellationToken
        )
        {
            // Before the client learns of it: then it finds what it wrote among the job's artifacts.
            try
            {
                if (proxyResponse is { IsSuccessStatusCode: true } && written is var (run, path))
                    await artifacts.PullAsync(run, path, cancellationToken);
            }
            catch (Exception error) when (error is RequestFailedException or IOException)
            {
                await StorageErrors
                    .Of(409, "OperationNotAllowedOnBlob", $"The blob is no artifact of the job: {error.Message.Split('\n')[0]}")
                    .ExecuteAsync(httpContext);
                return false;
            }

            return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }
    }
}
