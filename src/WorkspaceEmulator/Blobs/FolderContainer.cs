using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Blobs;

/// <summary>
/// Represents a container whose blobs are the files of a folder, which jobs read and write too. No link in it is followed. What clients say
/// about a blob is in files of the emulator's own, as a job may not write there.
/// </summary>
/// <param name="files">The folder above, which also holds what arrives.</param>
/// <param name="folder">The container's folder in it.</param>
/// <param name="factsFolder">Absolute path of the folder for what clients say about blobs.</param>
/// <param name="state">The state folder, which learns of damaged files.</param>
internal sealed class FolderContainer(ConfinedFolder files, string folder, string factsFolder, StateFolder state) : IBlobContainer
{
    private const string Arriving = ".arriving";

    public IReadOnlyList<string> List(string prefix)
    {
        var cut = prefix.LastIndexOf('/') + 1;
        var inside = prefix[..cut];
        if (cut > 0 && !ConfinedFolder.IsPath(inside.TrimEnd('/')))
            return [];
        return
        [
            .. files
                .ListFiles(cut == 0 ? folder : $"{folder}/{inside.TrimEnd('/')}")
                .Select(name => inside + name)
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }

    public FileFacts? Find(string blob) =>
        ConfinedFolder.IsPath(blob) && files.Find($"{folder}/{blob}") is { IsFile: true } facts ? facts : null;

    public FileSnapshot? Open(string blob) =>
        ConfinedFolder.IsPath(blob) && files.OpenRead($"{folder}/{blob}") is { } file ? new(file) : null;

    public async Task<bool> StoreAsync(string blob, Stream content, bool isNew, CancellationToken cancellationToken)
    {
        if (!ConfinedFolder.IsPath(blob))
            throw new RefusedPathException(blob, "it must be a path without empty parts, '.' and '..'");
        var incoming = $"{Arriving}/{Guid.NewGuid():N}";
        try
        {
            await using (var file = files.CreateFile(incoming))
                await content.CopyToAsync(file, cancellationToken);
            if (isNew)
                return files.TryMoveNew(incoming, $"{folder}/{blob}");
            files.Move(incoming, $"{folder}/{blob}");
            return true;
        }
        finally
        {
            files.Delete(incoming);
        }
    }

    public bool Delete(string blob)
    {
        if (Find(blob) is null)
            return false;
        files.Delete($"{folder}/{blob}");
        File.Delete(PlaceOfFacts(blob));
        return true;
    }

    public BlobFacts ReadFacts(string blob)
    {
        return Find(blob) is { } found && ReadStored(blob) is { } stored && stored.Content == ContentOf(found)
            ? new(stored.Headers ?? TypeOf(stored), stored.Metadata) { ChangedAt = stored.ChangedAt, Blocks = stored.Blocks }
            : BlobFacts.None;
    }

    public void WriteFacts(string blob, BlobFacts facts)
    {
        if (Find(blob) is not { } found)
            return;
        StateFile.CreateFolder(factsFolder);
        StateFile.Write(
            PlaceOfFacts(blob),
            JsonSerializer.Serialize(
                new StoredFacts(blob, ContentOf(found), Copy(facts.Headers), Copy(facts.Metadata), facts.ChangedAt, facts.Blocks)
            )
        );
    }

    private StoredFacts? ReadStored(string blob) =>
        state.ReadJson<StoredFacts>(
            FactsFile(blob),
            stored =>
                stored is not { Blob: not null, Content: not null, Metadata: not null } ? "a member is missing"
                : stored.Blob != blob ? "it is about another blob"
                : !stored.Metadata.All(pair => ResourceNames.Variable().IsMatch(pair.Key) && IsHeader(pair.Value))
                || !(stored.Headers ?? TypeOf(stored)).All(pair => BlobHeaders.IsName(pair.Key) && IsHeader(pair.Value))
                    ? "a member is no header of a blob"
                : stored.Blocks?.All(IsBlock) == false ? "a member is no block of a blob"
                : null,
            Loss(blob)
        );

    // A folder in the place of the file can be neither replaced nor deleted.
    private string PlaceOfFacts(string blob)
    {
        state.SetFolderAside(FactsFile(blob), Loss(blob));
        return FactsFile(blob);
    }

    private static string Loss(string blob) => $"The headers and the metadata of blob '{blob}' are lost; its content is not.";

    private static bool IsHeader(string? text) => text is not null && BlobHeaders.IsValue(text);

    private static bool IsBlock(BlobBlock? block) => block is { Id.Length: > 0, Length: >= 0 } && Base64.IsValid(block.Id);

    // Of a file that an earlier version wrote.
    private static Dictionary<string, string> TypeOf(StoredFacts stored)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (stored.ContentType is { } type)
            headers[BlobHeaders.ContentType] = type;
        return headers;
    }

    // A job may replace the file; what was said about the blob is then no longer true.
    private static string ContentOf(FileFacts facts) => $"{facts.ModifiedAt.UtcTicks}/{facts.Length}";

    private string FactsFile(string blob) =>
        Path.Combine(factsFolder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(blob))) + ".json");

    private static Dictionary<string, string> Copy(IReadOnlyDictionary<string, string> texts) => new(texts, StringComparer.Ordinal);

    private sealed record StoredFacts(
        string Blob,
        string Content,
        Dictionary<string, string>? Headers,
        Dictionary<string, string> Metadata,
        DateTimeOffset? ChangedAt,
        IReadOnlyList<BlobBlock>? Blocks,
        string? ContentType = null
    );
}
