using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Storage;

/// <summary>
/// Copies what jobs read from a blob container to a folder of the emulator. The copy is updated before a job starts, where a mount would
/// download files as they are opened. Blobs with an unchanged ETag are not downloaded again.
/// </summary>
/// <param name="datastore">A datastore of type AzureBlob, with an account key or SAS.</param>
/// <param name="secrets">Decrypts the stored key.</param>
/// <param name="folder">Folder of the copy; a file beside it holds the ETags.</param>
internal sealed class BlobMirror(ArmDocument datastore, SecretBox secrets, string folder)
{
    private const int ParallelDownloads = 16;

    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Locks = new(StringComparer.Ordinal);

    /// <summary>Updates the copy of a file or folder.</summary>
    /// <param name="path">Path in the container; empty for all of it.</param>
    /// <param name="cancellationToken">Stops; what was downloaded stays.</param>
    /// <returns>Either its path on this machine or why it cannot be copied.</returns>
    public async Task<(string? LocalPath, string? Fault)> FetchAsync(string path, CancellationToken cancellationToken)
    {
        var (container, fault) = Open();
        if (container is null)
            return (null, fault);
        // Jobs that read one datastore share the copy; one job updates it at a time.
        var mutex = Locks.GetOrAdd(folder, _ => new SemaphoreSlim(1));
        await mutex.WaitAsync(cancellationToken);
        try
        {
            await FetchAsync(container, path.Trim('/'), cancellationToken);
            return (Path.TrimEndingDirectorySeparator(Path.Combine(folder, path)), null);
        }
        catch (Exception error) when (error is RequestFailedException or AggregateException or IOException or UnauthorizedAccessException)
        {
            var reason = error is RequestFailedException { Status: not 0 } refused
                ? $"answered {refused.Status}: {refused.ErrorCode}"
                : $"could not be read: {error.GetBaseException().Message}";
            return (
                null,
                $"datastore '{datastore.Name}': container '{container.Name}' of storage account '{container.AccountName}' {reason}."
            );
        }
        finally
        {
            mutex.Release();
        }
    }

    private (BlobContainerClient? Container, string? Fault) Open()
    {
        var body = datastore.Body;
        var (account, container, endpoint) = (
            body.Text("accountName"),
            body.Text("containerName"),
            body.Text("endpoint") ?? "core.windows.net"
        );
        var kind = body.Object("credentials").Text("credentialsType");
        if (body.Text("datastoreType") != "AzureBlob" || account is null || container is null)
        {
            return (
                null,
                $"datastore '{datastore.Name}' is of type {body.Text("datastoreType")}; the emulator reads blob containers and folders "
                    + "(protocol 'file')."
            );
        }

        if (body.Text(DatastoreSecrets.Sealed) is not { } sealedText || kind is not ("AccountKey" or "Sas"))
        {
            return (
                null,
                $"datastore '{datastore.Name}' is in storage account '{account}' and its credentials are {kind}; the emulator has no "
                    + "identity there, so the datastore must be registered with an account key or a SAS, or be a folder (protocol 'file')."
            );
        }

        // An endpoint with a path is the address of a storage emulator and ends in the account.
        var protocol = body.Text("protocol") ?? "https";
        var address = new Uri(
            endpoint.Contains('/', StringComparison.Ordinal)
                ? $"{protocol}://{endpoint}/{container}"
                : $"{protocol}://{account}.blob.{endpoint}/{container}"
        );
        var secret = JsonNode.Parse(secrets.Decrypt(sealedText))!.AsObject();
        try
        {
            return kind == "Sas"
                ? (new BlobContainerClient(address, new AzureSasCredential(secret.Text("sasToken")!.TrimStart('?'))), null)
                : (new BlobContainerClient(address, new StorageSharedKeyCredential(account, secret.Text("key"))), null);
        }
        catch (FormatException)
        {
            return (null, $"datastore '{datastore.Name}' is registered with a key that is not an account key; register it again.");
        }
    }

    private async Task FetchAsync(BlobContainerClient container, string path, CancellationToken cancellationToken)
    {
        var known = ReadETags();
        var current = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, eTag) in known)
        {
            if (!IsWithin(name, path))
                current[name] = eTag;
        }

        try
        {
            var blobs = container
                .GetBlobsAsync(new GetBlobsOptions { Prefix = path.Length == 0 ? null : path }, cancellationToken)
                .Where(blob => IsWithin(blob.Name, path) && !blob.Name.EndsWith('/'));
            await Parallel.ForEachAsync(
                blobs,
                new ParallelOptions { MaxDegreeOfParallelism = ParallelDownloads, CancellationToken = cancellationToken },
                async (blob, stop) =>
                {
                    var eTag = blob.Properties.ETag?.ToString() ?? "";
                    var file = Locate(blob.Name);
                    if (known.GetValueOrDefault(blob.Name) != eTag || !File.Exists(file))
                        await FetchAsync(container.GetBlobClient(blob.Name), file, stop);
                    current[blob.Name] = eTag;
                }
            );
            foreach (var name in known.Keys.Where(name => !current.ContainsKey(name)))
                File.Delete(Locate(name));
        }
        finally
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            StateFolder.Write(ETagFile, JsonSerializer.Serialize(current));
        }
    }

    private static async Task FetchAsync(BlobClient blob, string file, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = $"{file}.{Guid.NewGuid():N}.tmp";
        try
        {
            var response = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
            await using (var content = response.Value.Content)
            await using (var target = File.Create(temporary))
                await content.CopyToAsync(target, cancellationToken);
            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private string ETagFile => folder + ".etags.json";

    private Dictionary<string, string> ReadETags()
    {
        try
        {
            return File.Exists(ETagFile) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(ETagFile))! : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <exception cref="IOException">The blob's name points outside of the folder.</exception>
    private string Locate(string name)
    {
        var path = Path.GetFullPath(Path.Combine(folder, name));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new IOException($"blob '{name}' has a name that points outside of its container");
    }

    private static bool IsWithin(string name, string path) =>
        path.Length == 0 || name == path || name.StartsWith(path + "/", StringComparison.Ordinal);
}
