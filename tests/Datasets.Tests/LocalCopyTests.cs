using System.Security.Cryptography;
using System.Text;
using Datasets.Stores;
using Fixtures;
using Workspaces.Errors;

namespace Datasets.Tests;

public sealed class LocalCopyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Shelf shelf = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UpdateAsync_ReadsChangedFilesAlone_WhateverTheListingKnows(bool listsMd5)
    {
        shelf.ListsMd5 = listsMd5;
        shelf.Put("road/images/a.png", "one");
        shelf.Put("road/images/deep/b.png", "two");
        shelf.Put("road/images/empty.txt", "");

        Assert.Equal([3], await UpdateAsync());
        Assert.Empty(await UpdateAsync());
        shelf.Put("road/images/a.png", "three");

        Assert.Equal([1], await UpdateAsync());
        Assert.Equal("three", Read("copy/road/images/a.png"));
        Assert.Equal("two", Read("copy/road/images/deep/b.png"));
        Assert.Equal("", Read("copy/road/images/empty.txt"));
    }

    [Fact]
    public async Task UpdateAsync_ReadsNothing_WhenAFileIsWrittenAgainWithTheSameBytes()
    {
        shelf.Put("road/images/a.png", "one");
        await UpdateAsync();
        shelf.Put("road/images/a.png", "one");

        Assert.Empty(await UpdateAsync());
    }

    [Fact]
    public async Task UpdateAsync_ReadsAFileAgain_WhenItsCopyChanged()
    {
        shelf.Put("road/images/a.png", "one");
        await UpdateAsync();
        folder.Write("copy/road/images/a.png", "cut");
        File.SetLastWriteTimeUtc(Path.Combine(folder.Root, "copy/road/images/a.png"), DateTime.UnixEpoch);

        Assert.Equal([1], await UpdateAsync());
        Assert.Equal("one", Read("copy/road/images/a.png"));
    }

    [Fact]
    public async Task UpdateAsync_DeletesCopies_WhenTheFilesAreGone()
    {
        shelf.Put("road/images/a.png", "one");
        shelf.Put("road/images/b.png", "two");
        await UpdateAsync();
        shelf.Files.Remove("road/images/b.png");
        await UpdateAsync();

        Assert.False(File.Exists(Path.Combine(folder.Root, "copy/road/images/b.png")));
    }

    [Fact]
    public async Task UpdateAsync_KeepsNothing_WhenTheBytesAreNotThoseOfTheListing()
    {
        shelf.Put("road/images/a.png", "one");
        var listed = await shelf.ListTreeAsync("road/images", Stop);
        shelf.Put("road/images/a.png", "eno");

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => UpdateAsync(listed));

        Assert.Equal(
            "a shelf: the bytes of 'road/images/a.png' are not those of its listing; it must not change while it is read. "
                + "Run the command again; if that fails too, upload the file again.",
            error.Message
        );
        Assert.Empty(Directory.EnumerateFiles(folder.Root, "a.png*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task UpdateAsync_WritesNothing_WhenANameLeadsOutOfTheFolder()
    {
        shelf.Put("road/images/../../../escaped.png", "one");

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => UpdateAsync());

        Assert.Contains("whose name leads out of its folder", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Root, "escaped.png")));
    }

    private string Read(string path) => File.ReadAllText(Path.Combine(folder.Root, path));

    private async Task<List<int>> UpdateAsync(IReadOnlyList<StoredFile>? listed = null)
    {
        var counts = new List<int>();
        var memory = new ContentCache(Path.Combine(folder.Root, "memory.json"));
        var copy = new LocalCopy(shelf, Path.Combine(folder.Root, "copy"), memory);
        await copy.UpdateAsync(listed ?? await shelf.ListTreeAsync("road/images", Stop), ["road/images"], counts.Add, Stop);
        return counts;
    }

    // A store in memory. As a file share, it lists no MD5 where it is told so.
    private sealed class Shelf : IDatastoreFiles
    {
        private int writes;

        public Dictionary<string, (string Version, byte[] Bytes)> Files { get; } = new(StringComparer.Ordinal);

        public bool ListsMd5 { get; set; } = true;

        public string Description => "a shelf";

        public void Put(string path, string text) => Files[path] = ($"{++writes}", Encoding.UTF8.GetBytes(text));

#pragma warning disable CA5351 // The service keeps MD5.
        public Task<IReadOnlyList<StoredFile>> ListTreeAsync(string folder, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<StoredFile>>([
                .. Files.Select(file => new StoredFile(
                    file.Key,
                    file.Value.Bytes.Length,
                    file.Value.Version,
                    ListsMd5 ? MD5.HashData(file.Value.Bytes) : default(ReadOnlyMemory<byte>?)
                )),
            ]);
#pragma warning restore CA5351

        public Task<byte[]> ReadAsync(string path, long offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Files[path].Bytes[(int)offset..(int)Math.Min(Files[path].Bytes.Length, offset + count)]);

        public Task<IReadOnlyList<StoredFile>> ListAsync(string folder, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<string>> ListFoldersAsync(string folder, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ReadOnlyMemory<byte>?> FindMd5Async(StoredFile file, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ReadOnlyMemory<byte>> WriteAsync(
            string path,
            string localFile,
            IProgress<long> sent,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();
    }
}
