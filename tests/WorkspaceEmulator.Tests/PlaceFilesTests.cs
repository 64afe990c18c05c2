using System.Formats.Tar;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Azurite;
using WorkspaceEmulator.Containers.Images;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Processes;
using WorkspaceEmulator.References;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Tests;

/// <summary>A job replaces a part of a path by a link after the path was checked.</summary>
public sealed class PlaceFilesTests : IDisposable
{
    private readonly string outside = Directory.CreateTempSubdirectory("outside-").FullName;
    private readonly string state = TestEmulator.NewFolder();
    private readonly StateFolder stateFolder;
    private readonly Workspace workspace;
    private readonly string store;

    public PlaceFilesTests()
    {
        stateFolder = StateFolder.Open(state, TimeProvider.System);
        var secrets = SecretBox.LoadOrCreate(stateFolder);
        var azurite = new AzuriteAccounts(new(null, Subreaper.Start, Subreaper.Forget), secrets, stateFolder);
        workspace = new(new("sub", "group", "work"), stateFolder, azurite, TimeProvider.System);
        store = Path.GetDirectoryName(Find("x"))!;
        foreach (var (folder, text) in new[] { (store, "inside"), (outside, "secret") })
        {
            Directory.CreateDirectory(Path.Combine(folder, "a", "b"));
            File.WriteAllText(Path.Combine(folder, "a", "b", "file.txt"), text);
            File.WriteAllText(Path.Combine(folder, "a", "b", "MLTable"), "paths:\n- file: file.txt\n");
        }
    }

    public void Dispose()
    {
        stateFolder.Dispose();
        Directory.Delete(outside, recursive: true);
        Directory.Delete(state, recursive: true);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a/b")]
    public void AddFolder_ReadsNothingOutside_WhenAPartBecameALink(string replaced)
    {
        var found = Find("a/b");
        Assert.Equal(["MLTable", "file.txt"], Archive(found));
        Replace(replaced);

        Assert.Empty(Archive(found));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a/b")]
    public void Confine_ReadsNothingOutside_WhenAPartBecameALink(string replaced)
    {
        var found = Find("a/b");
        Replace(replaced);

        var (folder, inside) = PlaceFiles.Confine(found, workspace);

        Assert.Null(folder.ReadText($"{inside}/MLTable"));
        Assert.Empty(folder.ListFiles(inside));
    }

    [Fact]
    public void Confine_ReadsTheRootOfADatastore_WhenThePlaceIsAllOfIt()
    {
        var (folder, inside) = PlaceFiles.Confine(store, workspace);

        Assert.Contains("a/b/file.txt", folder.ListFiles(inside));
    }

    private string Find(string path) => PlaceFiles.Find(new DatastoreUri("workspaceblobstore", path), workspace).Path!;

    private void Replace(string part)
    {
        Directory.Delete(Path.Combine(store, part), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(store, part), Path.Combine(outside, part));
    }

    private List<string> Archive(string path)
    {
        using var stream = new MemoryStream();
        using (var context = new BuildContext(stream))
        {
            var (folder, inside) = PlaceFiles.Confine(path, workspace);
            context.AddFolder(folder, inside);
        }

        stream.Position = 0;
        using var reader = new TarReader(stream);
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
            names.Add(entry.Name);
        return names;
    }
}
