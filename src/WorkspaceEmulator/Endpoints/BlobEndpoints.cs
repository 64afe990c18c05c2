using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Blobs;
using WorkspaceEmulator.Blobs.Access;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Endpoints;

/// <summary>
/// Maps the blob service of the workspaces' storage accounts, whose addresses begin with the account, as those of other emulators do.
/// </summary>
internal static class BlobEndpoints
{
    private const string Area = "Storage accounts";
    private const string Version = "2021-12-02";

    public static void MapBlobs(this WebApplication application)
    {
        var (container, blob) = ("/{account}/{container}", "/{account}/{container}/{**blob}");
        application
            .MapGet(container, GetContainer)
            .Emulates(Area, "Container_ListBlobs", "Flat or by `delimiter`; 5000 per page. Also `restype=container` for its properties.");
        application.MapMethods(container, [HttpMethods.Head], GetContainer).Emulates(Area, "Container_GetProperties");
        application
            .MapPut(container, PutContainer)
            .Emulates(Area, "Container_Create", "409: the containers are those of the workspace's datastores and of `startPendingUpload`.");
        application
            .MapGet(blob, GetBlob)
            .Emulates(Area, "Blob_Download", "`Range` and `x-ms-range` work. Also `comp=blocklist` and `metadata`.");
        application.MapMethods(blob, [HttpMethods.Head], GetBlob).Emulates(Area, "Blob_GetProperties", "`comp=metadata` too.");
        application
            .MapPut(blob, PutBlobAsync)
            .Emulates(
                Area,
                "BlockBlob_Upload",
                "Also `comp=block`, `blocklist` (with the list's blocks all new), `metadata`, `properties`, and copies within the account. "
                    + "Block blobs only."
            );
        application.MapDelete(blob, DeleteBlob).Emulates(Area, "Blob_Delete", "No artifacts of jobs.");
    }

    private static IResult GetContainer(HttpContext context, string account, string container, Services services)
    {
        if (Find(context, account, container, "", "l", services) is { Refused: { } refused })
            return refused;
        var found = services.Accounts.Find(account)!;
        if (context.Request.Query["comp"] == "list")
        {
            var text = BlobListing.Create(
                StorageContainers.Open(found.Workspace, container)!,
                container,
                found.AddressOf(services.Address, ""),
                context.Request
            );
            return TypedResults.Text(text, "application/xml", Encoding.UTF8);
        }

        context.Response.Headers["x-ms-lease-status"] = "unlocked";
        context.Response.Headers["x-ms-lease-state"] = "available";
        context.Response.Headers.ETag = "\"0x1\"";
        context.Response.Headers.LastModified = DateTimeOffset.UnixEpoch.ToString("R", CultureInfo.InvariantCulture);
        return context.Request.Query["restype"] == "container" && context.Request.Query["comp"].Count == 0
            ? TypedResults.Ok()
            : NotEmulated;
    }

    private static IResult PutContainer(HttpContext context, string account, string container, Services services)
    {
        if (services.Accounts.Find(account) is not { } found)
            return ArmErrors.NotEmulated(context.Request.Method, context.Request.Path);
        if (BlobAccess.Refuse(context, found, container, "", "cw", services.Time) is { } refused)
            return refused;
        return StorageContainers.Open(found.Workspace, container) is null
            ? StorageErrors.Of(403, "AuthorizationFailure", "The containers of this account are those of its workspace.")
            : StorageErrors.Of(409, "ContainerAlreadyExists", "The specified container already exists.");
    }

    private static IResult GetBlob(HttpContext context, string account, string container, Services services)
    {
        var blob = BlobTarget.Of(context).Blob;
        var (store, refused) = Find(context, account, container, blob, "r", services);
        if (store is null)
            return refused!;
        var part = context.Request.Query["comp"].ToString();
        if (part is not ("" or "metadata" or "blocklist") || BlobConditions.AreForeign(context.Request))
            return NotEmulated;
        if (part == "blocklist")
            return ListBlocks(context, store, blob, services.Blocks.List($"{account}/{container}/{blob}"));
        if (store.Find(blob) is not { } file)
            return NotFound;
        var facts = store.ReadFacts(blob);
        BlobHeaders.WriteVersion(context.Response, file, facts);
        if (BlobConditions.Check(context.Request, file, facts) is { } unmet)
            return unmet;
        if (part == "metadata")
        {
            BlobHeaders.WriteMetadata(context.Response, facts);
            return TypedResults.Ok();
        }

        context.Response.Headers.ContentSecurityPolicy = "sandbox"; // The content is a stranger's, whatever its type.
        context.Response.Headers["x-ms-blob-type"] = "BlockBlob";
        context.Response.Headers["x-ms-lease-status"] = "unlocked";
        context.Response.Headers["x-ms-lease-state"] = "available";
        context.Response.Headers["x-ms-server-encrypted"] = "true";
        if (context.Request.Headers["x-ms-range"].ToString() is { Length: > 0 } range)
            context.Request.Headers.Range = range;
        if (IsAfterTheEnd(context.Request, file.Length))
        {
            return StorageErrors.Of(
                StatusCodes.Status416RangeNotSatisfiable,
                "InvalidRange",
                "The range specified is invalid for the current size of the resource."
            );
        }

        BlobHeaders.Write(context.Response, facts, isPart: context.Request.Headers.Range.Count > 0);
        return store.Open(blob) is { } content
            ? TypedResults.Stream(
                content,
                facts.Headers.GetValueOrDefault(BlobHeaders.ContentType, BlobHeaders.DefaultType),
                enableRangeProcessing: true
            )
            : NotFound;
    }

    private static bool IsAfterTheEnd(HttpRequest request, long length) =>
        HttpMethods.IsGet(request.Method)
        && request.GetTypedHeaders().Range is { Ranges.Count: > 0 } range
        && range.Ranges.All(part => part.From >= length);

    private static IResult ListBlocks(HttpContext context, IBlobContainer store, string blob, IReadOnlyList<BlobBlock> waiting)
    {
        var file = store.Find(blob);
        if (file is null && waiting.Count == 0)
            return NotFound;
        var facts = store.ReadFacts(blob);
        if (file is not null)
        {
            BlobHeaders.WriteVersion(context.Response, file, facts);
            context.Response.Headers["x-ms-blob-content-length"] = file.Length.ToString(CultureInfo.InvariantCulture);
        }

        var wanted = context.Request.Query["blocklisttype"].ToString();
        var list = new XElement(
            "BlockList",
            wanted == "uncommitted" ? null : List("CommittedBlocks", facts.Blocks ?? []),
            wanted is "all" or "uncommitted" ? List("UncommittedBlocks", waiting) : null
        );
        return TypedResults.Text(new XDeclaration("1.0", "utf-8", null) + list.ToString(), "application/xml", Encoding.UTF8);

        static XElement List(string name, IReadOnlyList<BlobBlock> blocks) =>
            new(name, blocks.Select(block => new XElement("Block", new XElement("Name", block.Id), new XElement("Size", block.Length))));
    }

    private static async Task<IResult> PutBlobAsync(HttpContext context, string account, string container, Services services)
    {
        var blob = BlobTarget.Of(context).Blob;
        var (store, refused) = Find(context, account, container, blob, "cw", services);
        if (store is null)
            return refused!;
        if (BlobConditions.AreForeign(context.Request))
            return NotEmulated;
        try
        {
            return context.Request.Query["comp"].ToString() switch
            {
                "" when context.Request.Headers["x-ms-copy-source"].Count > 0 => await CopyAsync(context, account, store, blob, services),
                "" => await UploadAsync(context, store, blob),
                "block" => await StageAsync(context, $"{account}/{container}/{blob}", services),
                "blocklist" => await CommitAsync(context, store, blob, $"{account}/{container}/{blob}", services),
                "metadata" => Change(context, store, blob, services, facts =>
                    facts with
                    {
                        Metadata = BlobHeaders.ReadMetadata(context.Request),
                    }
                ),
                "properties" => Change(context, store, blob, services, facts => facts with { Headers = BlobHeaders.Read(context.Request) }),
                _ => NotEmulated,
            };
        }
        catch (ContentMismatchException error)
        {
            return StorageErrors.Of(400, "Md5Mismatch", error.Message);
        }
        catch (RefusedPathException error)
        {
            return StorageErrors.Of(400, "InvalidResourceName", $"The blob's name is refused: {error.Reason}.");
        }
    }

    private static IResult DeleteBlob(HttpContext context, string account, string container, Services services)
    {
        var blob = BlobTarget.Of(context).Blob;
        var (store, refused) = Find(context, account, container, blob, "d", services);
        if (store is null)
            return refused!;
        if (BlobConditions.AreForeign(context.Request) || context.Request.Query["comp"].Count > 0)
            return NotEmulated;
        try
        {
            if (store.Find(blob) is { } file && BlobConditions.Check(context.Request, file, store.ReadFacts(blob)) is { } unmet)
                return unmet;
            return store.Delete(blob) ? TypedResults.Accepted((string?)null) : NotFound;
        }
        catch (RefusedPathException error)
        {
            return StorageErrors.Of(409, "OperationNotAllowedOnBlob", $"The blob is not deleted: {error.Reason}.");
        }
    }

    private static async Task<IResult> UploadAsync(HttpContext context, IBlobContainer store, string blob)
    {
        var request = context.Request;
        if (request.Headers["x-ms-blob-type"].ToString() is not ("" or "BlockBlob"))
            return NotEmulated;
        // The hash that a client wants to be kept counts as announced, too.
        var announced = request.Headers.ContentMD5.ToString() is { Length: > 0 } sent
            ? sent
            : request.Headers["x-ms-blob-content-md5"].ToString();
        using var content = new Md5Stream(request.Body, announced.Length > 0 ? announced : null);
        return await StoreAsync(context, store, blob, content, () =>
            new(With(BlobHeaders.Read(request), BlobHeaders.ContentMd5, content.Hash), BlobHeaders.ReadMetadata(request))
        );
    }

    private static async Task<IResult> StoreAsync(
        HttpContext context,
        IBlobContainer store,
        string blob,
        Stream content,
        Func<BlobFacts> describe
    )
    {
        var request = context.Request;
        if (BlobHeaders.Fault(request) is { } fault)
            return StorageErrors.Of(400, "InvalidMetadata", fault);
        var isNew = request.Headers.IfNoneMatch == "*";
        var old = store.Find(blob);
        if (isNew && old is not null)
            return Exists;
        if (BlobConditions.Check(context.Request, old, store.ReadFacts(blob)) is { } unmet)
            return unmet;
        if (!await store.StoreAsync(blob, content, isNew, context.RequestAborted))
            return Exists;
        var facts = describe();
        store.WriteFacts(blob, facts);
        if (facts.Headers.TryGetValue(BlobHeaders.ContentMd5, out var hash) && request.Query["comp"].Count == 0)
            context.Response.Headers.ContentMD5 = hash;
        return Created(context, store, blob);
    }

    private static async Task<IResult> StageAsync(HttpContext context, string key, Services services)
    {
        if (context.Request.Headers["x-ms-copy-source"].Count > 0)
            return NotEmulated;
        var announced = context.Request.Headers.ContentMD5.ToString();
        using var content = new Md5Stream(context.Request.Body, announced.Length > 0 ? announced : null);
        return await services.Blocks.AddAsync(key, context.Request.Query["blockid"].ToString(), content, context.RequestAborted)
            ? Created(context)
            : StorageErrors.Of(400, "InvalidQueryParameterValue", "blockid is not the base64 text of 1 to 64 bytes.");
    }

    private static async Task<IResult> CommitAsync(HttpContext context, IBlobContainer store, string blob, string key, Services services)
    {
        var request = context.Request;
        if (await services.Blocks.ReadListAsync(key, request.Body, context.RequestAborted) is not { } blocks)
            return StorageErrors.Of(400, "InvalidBlockList", "The specified block list is invalid.");
        var described = services.Blocks.Describe(blocks).ToList();
        await using var content = services.Blocks.Open(blocks);
        var stored = await StoreAsync(context, store, blob, content, () =>
            new(BlobHeaders.Read(request), BlobHeaders.ReadMetadata(request)) { Blocks = described }
        );
        if (stored is StatusCodeHttpResult { StatusCode: StatusCodes.Status201Created })
            services.Blocks.Forget(key);
        return stored;
    }

    /// <summary>Copies a blob of the same account, at once. Who signs by the account key, or is the owner, may read all of it.</summary>
    private static async Task<IResult> CopyAsync(HttpContext context, string account, IBlobContainer store, string blob, Services services)
    {
        var request = context.Request;
        var found = services.Accounts.Find(account)!;
        if (request.Headers["x-ms-blob-type"].Count > 0 || SourceOf(request, found, services) is not { } source)
            return NotEmulated;
        if (request.Query["sig"].Count > 0)
            return StorageErrors.Of(403, "CannotVerifyCopySource", "The signature is for the target alone; sign by the key.");
        if (source.Store?.Find(source.Blob) is not { } file || source.Store.Open(source.Blob) is not { } content)
        {
            return source.Store is null ? StorageErrors.Of(404, "ContainerNotFound", "The specified container does not exist.") : NotFound;
        }

        await using (content)
        {
            var facts = source.Store.ReadFacts(source.Blob);
            var metadata = BlobHeaders.ReadMetadata(request);
            var copied = facts with
            {
                ChangedAt = null,
                Metadata = metadata.Count > 0 ? metadata : facts.Metadata,
                Headers = BlobHeaders.WithCopy(facts.Headers, source.Address, file.Length, services.Time.GetUtcNow()),
            };
            if (await StoreAsync(context, store, blob, content, () => copied) is var stored and not StatusCodeHttpResult)
                return stored;
            foreach (var name in (string[])[BlobHeaders.CopyId, BlobHeaders.CopyStatus])
                context.Response.Headers[name] = copied.Headers[name];
            return TypedResults.StatusCode(StatusCodes.Status202Accepted);
        }
    }

    private static (IBlobContainer? Store, string Blob, string Address)? SourceOf(
        HttpRequest request,
        StorageAccount account,
        Services services
    )
    {
        if (!Uri.TryCreate(request.Headers["x-ms-copy-source"].ToString(), UriKind.Absolute, out var address))
            return null;
        var host = new HostString(address.Host, address.Port);
        var path = AccountHosts.IsOne(host) ? $"/{host.Host.Split('.')[0]}{address.AbsolutePath}" : address.AbsolutePath;
        return
            (address.IsLoopback || AccountHosts.IsOne(host))
            && address.Port == services.Address.Endpoint.Port
            && path.Split('/', 4) is ["", var name, var container, var blob]
            && name == account.Name
            ? (StorageContainers.Open(account.Workspace, container), Uri.UnescapeDataString(blob), address.GetLeftPart(UriPartial.Path))
            : null;
    }

    private static IResult Change(
        HttpContext context,
        IBlobContainer store,
        string blob,
        Services services,
        Func<BlobFacts, BlobFacts> change
    )
    {
        if (BlobHeaders.Fault(context.Request) is { } fault)
            return StorageErrors.Of(400, "InvalidMetadata", fault);
        if (store.Find(blob) is not { } file)
            return NotFound;
        var facts = store.ReadFacts(blob);
        if (BlobConditions.Check(context.Request, file, facts) is { } unmet)
            return unmet;
        store.WriteFacts(blob, change(facts) with { ChangedAt = services.Time.GetUtcNow() });
        BlobHeaders.WriteVersion(context.Response, file, store.ReadFacts(blob));
        return TypedResults.Ok();
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> headers, string name, string value) =>
        new(headers, StringComparer.Ordinal) { [name] = value };

    private static (IBlobContainer? Store, IResult? Refused) Find(
        HttpContext context,
        string account,
        string container,
        string blob,
        string permissions,
        Services services
    )
    {
        if (services.Accounts.Find(account) is not { } found)
            return (null, ArmErrors.NotEmulated(context.Request.Method, context.Request.Path));
        context.Response.Headers["x-ms-version"] = context.Request.Headers["x-ms-version"] is { Count: > 0 } asked ? asked : Version;
        context.Response.Headers["x-ms-request-id"] = Guid.NewGuid().ToString();
        if (BlobAccess.Refuse(context, found, container, blob, permissions, services.Time) is { } refused)
            return (null, refused);
        return StorageContainers.Open(found.Workspace, container) is { } store
            ? (store, null)
            : (null, StorageErrors.Of(404, "ContainerNotFound", "The specified container does not exist."));
    }

    private static StatusCodeHttpResult Created(HttpContext context, IBlobContainer? store = null, string blob = "")
    {
        context.Response.Headers["x-ms-request-server-encrypted"] = "true";
        if (store?.Find(blob) is { } file)
            BlobHeaders.WriteVersion(context.Response, file, store.ReadFacts(blob));
        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static StorageError NotFound => StorageErrors.Of(404, "BlobNotFound", "The specified blob does not exist.");

    private static StorageError Exists => StorageErrors.Of(409, "BlobAlreadyExists", "The specified blob already exists.");

    private static StorageError NotEmulated =>
        StorageErrors.Of(
            501,
            "NotImplemented",
            "The emulator has no such operation of blobs. docs/emulator.md lists the operations that it has."
        );

    /// <summary>Holds the services that these operations need.</summary>
    internal sealed class Services(StorageAccounts accounts, BlockUploads blocks, EmulatorAddress address, TimeProvider time)
    {
        public StorageAccounts Accounts => accounts;
        public BlockUploads Blocks => blocks;
        public EmulatorAddress Address => address;
        public TimeProvider Time => time;
    }
}
