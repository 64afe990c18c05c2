using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Blobs;
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
    private const string MetadataPrefix = "x-ms-meta-";
    private const int MostMetadata = 8 * 1024;

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
        application.MapGet(blob, GetBlob).Emulates(Area, "Blob_Download", "`Range` and `x-ms-range` work.");
        application.MapMethods(blob, [HttpMethods.Head], GetBlob).Emulates(Area, "Blob_GetProperties", "`comp=metadata` too.");
        application
            .MapPut(blob, PutBlobAsync)
            .Emulates(
                Area,
                "BlockBlob_Upload",
                "Also `comp=block`, `blocklist` (with the list's blocks all new), `metadata` and `properties`. Block blobs only."
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
            : NotEmulated(context);
    }

    private static IResult PutContainer(HttpContext context, string account, string container, Services services)
    {
        if (services.Accounts.Find(account) is not { } found)
            return ArmErrors.NotEmulated(context.Request.Method, context.Request.Path);
        if (BlobAccess.Refuse(context, found, container, "", "cw", services.Time) is { } refused)
            return refused;
        return StorageContainers.Open(found.Workspace, container) is null
            ? StorageErrors.Of(context.Response, 403, "AuthorizationFailure", "The containers of this account are those of its workspace.")
            : StorageErrors.Of(context.Response, 409, "ContainerAlreadyExists", "The specified container already exists.");
    }

    private static IResult GetBlob(HttpContext context, string account, string container, Services services)
    {
        var blob = NameOf(context);
        var (store, refused) = Find(context, account, container, blob, "r", services);
        if (store is null)
            return refused!;
        if (context.Request.Query["comp"].ToString() is not ("" or "metadata"))
            return NotEmulated(context);
        if (store.Find(blob) is not { } file)
            return NotFound(context);
        var facts = store.ReadFacts(blob);
        Describe(context, file);
        foreach (var (name, value) in facts.Metadata)
            context.Response.Headers[MetadataPrefix + name] = value;
        var type = facts.ContentType ?? "application/octet-stream";
        if (context.Request.Query["comp"] == "metadata")
            return TypedResults.Ok();
        context.Response.Headers["x-ms-blob-type"] = "BlockBlob";
        context.Response.Headers["x-ms-lease-status"] = "unlocked";
        context.Response.Headers["x-ms-lease-state"] = "available";
        context.Response.Headers["x-ms-server-encrypted"] = "true";
        if (context.Request.Headers["x-ms-range"].ToString() is { Length: > 0 } range)
            context.Request.Headers.Range = range;
        return store.Open(blob) is { } content ? TypedResults.Stream(content, type, enableRangeProcessing: true) : NotFound(context);
    }

    private static async Task<IResult> PutBlobAsync(HttpContext context, string account, string container, Services services)
    {
        var blob = NameOf(context);
        var (store, refused) = Find(context, account, container, blob, "cw", services);
        if (store is null)
            return refused!;
        try
        {
            return context.Request.Query["comp"].ToString() switch
            {
                "" => await UploadAsync(context, store, blob, context.Request.Body),
                "block" => await StageAsync(context, $"{account}/{container}/{blob}", services),
                "blocklist" => await CommitAsync(context, store, blob, $"{account}/{container}/{blob}", services),
                "metadata" => Change(context, store, blob, facts => facts with { Metadata = MetadataOf(context.Request) }),
                "properties" => Change(context, store, blob, facts => facts with { ContentType = TypeOf(context.Request) }),
                _ => NotEmulated(context),
            };
        }
        catch (RefusedPathException error)
        {
            return StorageErrors.Of(context.Response, 400, "InvalidResourceName", $"The blob's name is refused: {error.Reason}.");
        }
    }

    private static IResult DeleteBlob(HttpContext context, string account, string container, Services services)
    {
        var blob = NameOf(context);
        var (store, refused) = Find(context, account, container, blob, "d", services);
        if (store is null)
            return refused!;
        try
        {
            return store.Delete(blob) ? TypedResults.Accepted((string?)null) : NotFound(context);
        }
        catch (RefusedPathException error)
        {
            return StorageErrors.Of(context.Response, 409, "OperationNotAllowedOnBlob", $"The blob is not deleted: {error.Reason}.");
        }
    }

    private static async Task<IResult> UploadAsync(HttpContext context, IBlobContainer store, string blob, Stream content)
    {
        var request = context.Request;
        if (request.Headers["x-ms-copy-source"].Count > 0 || request.Headers["x-ms-blob-type"].ToString() is not ("" or "BlockBlob"))
            return NotEmulated(context);
        return await StoreAsync(context, store, blob, content);
    }

    private static async Task<IResult> StoreAsync(HttpContext context, IBlobContainer store, string blob, Stream content)
    {
        var request = context.Request;
        if (MetadataFault(request) is { } fault)
            return StorageErrors.Of(context.Response, 400, "InvalidMetadata", fault);
        var isNew = request.Headers.IfNoneMatch == "*";
        if (isNew && store.Find(blob) is not null)
            return Exists(context);
        if (request.Headers.IfMatch.ToString() is { Length: > 0 } tag && tag != "*")
        {
            if (store.Find(blob) is not { } old || BlobListing.ETagOf(old.ModifiedAt, old.Length) != tag)
                return ConditionNotMet(context);
        }

        if (!await store.StoreAsync(blob, content, isNew, context.RequestAborted))
            return Exists(context);
        var facts = new BlobFacts(TypeOf(request), MetadataOf(request));
        if (facts.ContentType is not null || facts.Metadata.Count > 0)
            store.WriteFacts(blob, facts);
        return Created(context, store, blob);
    }

    private static async Task<IResult> StageAsync(HttpContext context, string key, Services services) =>
        await services.Blocks.AddAsync(key, context.Request.Query["blockid"].ToString(), context.Request.Body, context.RequestAborted)
            ? Created(context)
            : StorageErrors.Of(context.Response, 400, "InvalidQueryParameterValue", "blockid is not the base64 text of 1 to 64 bytes.");

    private static async Task<IResult> CommitAsync(HttpContext context, IBlobContainer store, string blob, string key, Services services)
    {
        if (await services.Blocks.ReadListAsync(key, context.Request.Body, context.RequestAborted) is not { } blocks)
            return StorageErrors.Of(context.Response, 400, "InvalidBlockList", "The specified block list is invalid.");
        await using var content = services.Blocks.Open(blocks);
        var stored = await StoreAsync(context, store, blob, content);
        services.Blocks.Forget(key);
        return stored;
    }

    private static IResult Change(HttpContext context, IBlobContainer store, string blob, Func<BlobFacts, BlobFacts> change)
    {
        if (MetadataFault(context.Request) is { } fault)
            return StorageErrors.Of(context.Response, 400, "InvalidMetadata", fault);
        if (store.Find(blob) is not { } file)
            return NotFound(context);
        store.WriteFacts(blob, change(store.ReadFacts(blob)));
        Describe(context, file);
        return TypedResults.Ok();
    }

    // Some clients encode the slashes of a name too, which routing leaves as they are.
    private static string NameOf(HttpContext context)
    {
        var before = AccountHosts.IsOne(context.Request.Host) ? 2 : 3; // The container, after the account where the host is not its own.
        var parts = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].Split('/', before + 1);
        return parts.Length > before ? Uri.UnescapeDataString(parts[before]) : (string?)context.Request.RouteValues["blob"] ?? "";
    }

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
            : (null, StorageErrors.Of(context.Response, 404, "ContainerNotFound", "The specified container does not exist."));
    }

    private static StatusCodeHttpResult Created(HttpContext context, IBlobContainer? store = null, string blob = "")
    {
        context.Response.Headers["x-ms-request-server-encrypted"] = "true";
        if (store?.Find(blob) is { } file)
            Describe(context, file);
        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static void Describe(HttpContext context, FileFacts file)
    {
        context.Response.Headers.ETag = BlobListing.ETagOf(file.ModifiedAt, file.Length);
        context.Response.Headers.LastModified = file.ModifiedAt.ToString("R", CultureInfo.InvariantCulture);
    }

    private static string? TypeOf(HttpRequest request) =>
        request.Headers["x-ms-blob-content-type"].ToString() is { Length: > 0 } type ? type : null;

    private static Dictionary<string, string> MetadataOf(HttpRequest request) =>
        request
            .Headers.Where(header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                header => header.Key[MetadataPrefix.Length..].ToLowerInvariant(),
                header => header.Value.ToString(),
                StringComparer.Ordinal
            );

    private static string? MetadataFault(HttpRequest request)
    {
        var metadata = MetadataOf(request);
        return metadata.Keys.FirstOrDefault(name => !ResourceNames.Variable().IsMatch(name)) is { } wrong
                ? $"The metadata name '{wrong}' must match {ResourceNames.Variable()}."
            : metadata.Sum(pair => pair.Key.Length + pair.Value.Length) > MostMetadata
                ? $"The metadata must have at most {MostMetadata} characters."
            : null;
    }

    private static ContentHttpResult NotFound(HttpContext context) =>
        StorageErrors.Of(context.Response, 404, "BlobNotFound", "The specified blob does not exist.");

    private static ContentHttpResult Exists(HttpContext context) =>
        StorageErrors.Of(context.Response, 409, "BlobAlreadyExists", "The specified blob already exists.");

    private static ContentHttpResult ConditionNotMet(HttpContext context) =>
        StorageErrors.Of(context.Response, 412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.");

    private static ContentHttpResult NotEmulated(HttpContext context) =>
        StorageErrors.Of(
            context.Response,
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
