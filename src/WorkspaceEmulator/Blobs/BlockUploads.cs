using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Blobs;

/// <summary>Holds the blocks of large blobs until a list of them is committed. They are lost when the emulator ends.</summary>
internal sealed class BlockUploads
{
    private const int MostBlocks = 50_000;
    private const int LongestId = 64;
    private const int LargestList = 16 * 1024 * 1024;
    private const string Arriving = ".arriving";
    private readonly ConfinedFolder files;

    public BlockUploads(StateFolder state)
    {
        if (Directory.Exists(state.BlobBlocks))
            Directory.Delete(state.BlobBlocks, recursive: true);
        StateFile.CreateFolder(state.BlobBlocks);
        files = new(state.BlobBlocks);
    }

    /// <summary>Stores a block.</summary>
    /// <param name="blob">Account, container and name of the blob.</param>
    /// <param name="id">Its id, in base64.</param>
    /// <param name="content">The content.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <returns>Whether the id is valid.</returns>
    public async Task<bool> AddAsync(string blob, string id, Stream content, CancellationToken cancellationToken)
    {
        if (FileOf(blob, id) is not { } file)
            return false;
        var incoming = $"{FolderOf(blob)}/{Guid.NewGuid():N}{Arriving}";
        try
        {
            await using (var block = files.CreateFile(incoming))
                await content.CopyToAsync(block, cancellationToken);
            files.Move(incoming, file);
            return true;
        }
        finally
        {
            files.Delete(incoming);
        }
    }

    /// <summary>Lists the blocks of a blob that wait for a list, in the order of their ids.</summary>
    public IReadOnlyList<BlobBlock> List(string blob)
    {
        var folder = FolderOf(blob);
        var names = files.ListFiles(folder).Where(name => !name.EndsWith(Arriving, StringComparison.Ordinal));
        return [.. Describe(names.Select(name => $"{folder}/{name}")).OrderBy(block => block.Id, StringComparer.Ordinal)];
    }

    /// <summary>Describes blocks by their files; those that are gone are left out.</summary>
    public IEnumerable<BlobBlock> Describe(IEnumerable<string> blocks) =>
        from block in blocks
        let file = files.Find(block)
        where file is not null
        select new BlobBlock(
            Convert.ToBase64String(Convert.FromHexString(block[(block.IndexOf('/', StringComparison.Ordinal) + 1)..])),
            file.Length
        );

    /// <summary>Reads a list of blocks.</summary>
    /// <returns>The files of the blocks in their order; null when the list is invalid, or a block is missing.</returns>
    public async Task<IReadOnlyList<string>?> ReadListAsync(string blob, Stream body, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = XmlReader.Create(
                body,
                new()
                {
                    Async = true,
                    DtdProcessing = DtdProcessing.Prohibit,
                    MaxCharactersInDocument = LargestList,
                }
            );
            var list = await XDocument.LoadAsync(reader, LoadOptions.None, cancellationToken);
            var found = new List<string>();
            foreach (var block in list.Root?.Elements() ?? [])
            {
                if (FileOf(blob, block.Value) is not { } file || files.Find(file) is null || found.Count == MostBlocks)
                    return null;
                found.Add(file);
            }

            return found;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Opens the blocks as one content.</summary>
    public Stream Open(IReadOnlyList<string> blocks) => new JoinedStream(blocks.Select(block => files.OpenRead(block)));

    /// <summary>Forgets the blocks of a blob.</summary>
    public void Forget(string blob) => files.Delete(FolderOf(blob));

    private static string FolderOf(string blob) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(blob)));

    private static string? FileOf(string blob, string id)
    {
        var bytes = new byte[id.Length];
        return id.Length > 0 && Convert.TryFromBase64String(id, bytes, out var length) && length is > 0 and <= LongestId
            ? $"{FolderOf(blob)}/{Convert.ToHexStringLower(bytes.AsSpan(0, length))}"
            : null;
    }
}
