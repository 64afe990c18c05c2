using System.Net;
using System.Text.Json.Nodes;
using Fixtures.Services;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Workspaces.Tests.Jobs;

public sealed class JobArtifactsTests : IDisposable
{
    private static readonly string Container = $"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.job";

    private readonly string folder = Directory.CreateTempSubdirectory("artifacts-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string memory = Directory.CreateTempSubdirectory("memory-").FullName;

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        Directory.Delete(memory, recursive: true);
    }

    [Fact]
    public async Task DownloadAsync_DownloadsEveryArtifact_OfEveryPage()
    {
        var service = new FakeService();
        service.On("GET", Container, request => FakeService.Json(
                200,
                request.Uri.Query.Contains("continuationToken=next", StringComparison.Ordinal)
                    ? """{"value":[{"origin":"ExperimentRun","container":"dcid.job","path":"outputs/a b.txt"}]}"""
                    : """
                    {"value":[{"origin":"ExperimentRun","container":"dcid.job","path":"user_logs/std_log.txt"}],
                     "continuationToken":"next"}
                    """
            )(request));
        service.On("GET", $"{Container}/content", request => Text($"<{Uri.UnescapeDataString(request.Uri.Query)}>"));

        var files = await DownloadAsync(service);

        Assert.Equal(
            [
                new DownloadedArtifact("outputs/a b.txt", Path.Combine(folder, "outputs", "a b.txt"), 23),
                new DownloadedArtifact("user_logs/std_log.txt", Path.Combine(folder, "user_logs", "std_log.txt"), 29),
            ],
            files
        );
        Assert.Equal("<?path=outputs/a b.txt>", await File.ReadAllTextAsync(files[0].File, Stop));
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("outputs/../../outside.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    public async Task DownloadAsync_SavesTheOthers_WhenAPathLeadsOutside(string path)
    {
        var service = List("outputs/fine.txt", path);

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => DownloadAsync(service));

        Assert.Equal($"1 of 2 artifacts of job 'job' could not be saved: '{path}' must lead to a file under {folder}.", error.Message);
        Assert.Equal([Path.Combine(folder, "outputs", "fine.txt")], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("outputs/back\\slash.txt", "outputs/back_slash.txt")]
    [InlineData("C:/outside.txt", "C_/outside.txt")]
    [InlineData("outputs/CON.txt", "outputs/_CON.txt")]
    [InlineData("outputs/dots...", "outputs/dots___")]
    [InlineData("outputs//twice.txt", "outputs/_/twice.txt")]
    [InlineData("outputs/", "outputs/_")]
    [InlineData("./here.txt", "_/here.txt")]
    public async Task FetchAsync_SavesUnderAnotherName_WhenNotEveryPlatformTakesIt(string path, string name)
    {
        var download = await FetchAsync(List(path));

        var file = Assert.Single(download.Files);
        Assert.Empty(download.Lost);
        Assert.Equal((path, name), (file.Path, file.RenamedTo));
        Assert.Equal($"<{path}>", await File.ReadAllTextAsync(Path.Combine(folder, name), Stop));
    }

    [Fact]
    public async Task FetchAsync_KeepsEachArtifact_WhenNamesWouldCollide()
    {
        string[] paths =
        [
            "outputs/a:b",
            "outputs/a_b",
            "outputs/A_B",
            "outputs/folder",
            "outputs/folder/file",
            $"outputs/{new string('ß', 200)}.bin",
        ];

        var download = await FetchAsync(List(paths));

        Assert.Empty(download.Lost);
        Assert.Equal(paths.Order(StringComparer.Ordinal), download.Files.Select(file => file.Path));
        Assert.Distinct(download.Files.Select(file => file.File.ToUpperInvariant()));
        foreach (var file in download.Files)
            Assert.Equal($"<{file.Path}>", await File.ReadAllTextAsync(file.File, Stop));
    }

    [Theory]
    [InlineData("pushed-image.json")]
    [InlineData("Plan.JSON")]
    public async Task FetchAsync_ReplacesNoRecord_WhenAJobNamesAnArtifactLikeOne(string path)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, path), "record", Stop);

        var file = Assert.Single((await FetchAsync(List(path))).Files);

        Assert.Equal("record", await File.ReadAllTextAsync(Path.Combine(folder, path), Stop));
        Assert.Matches(@"^[A-Za-z-]+~[0-9a-f]{8}\.(json|JSON)$", file.RenamedTo);
    }

    [Theory]
    [InlineData("outcome.json/x")]
    [InlineData("Plan.JSON/a/b.txt")]
    [InlineData("replay/exp_config.json")]
    [InlineData("Replay")]
    public async Task FetchAsync_LeavesTheNamesOfRecordsFree_WhenAJobNamesAFolderLikeOne(string path)
    {
        var file = Assert.Single((await FetchAsync(List(path))).Files);

        Assert.False(Path.Exists(Path.Combine(folder, path.Split('/')[0])));
        Assert.Matches(@"^[A-Za-z]+~[0-9a-f]{8}(\.json|\.JSON)?(/|$)", file.RenamedTo);
    }

    [Fact]
    public async Task FetchAsync_KeepsFilesTogether_WhenTheirFolderIsRenamed()
    {
        var files = (await FetchAsync(List("plan.json", "plan.json/a.txt", "plan.json/b/c.txt"))).Files;

        var names = files.Select(file => file.RenamedTo!).ToList();
        Assert.Equal(3, names.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(names[1].Split('/')[0], names[2].Split('/')[0]);
        Assert.Equal(["a.txt", "b/c.txt"], names.Skip(1).Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]));
    }

    [Fact]
    public async Task FetchAsync_TakesANameOf255Bytes()
    {
        var path = $"outputs/{new string('x', 255)}";

        Assert.Null(Assert.Single((await FetchAsync(List(path))).Files).RenamedTo);
    }

    [Fact]
    public async Task FetchAsync_NamesTheMissingArtifact_WhenOneWasDeleted()
    {
        var service = List("outputs/here.txt", "outputs/gone.txt");
        service.On("GET", $"{Container}/content", request =>
            request.Uri.Query.Contains("gone", StringComparison.Ordinal)
                ? FakeService.Json(404, """{"error":{"code":"UserError","message":"gone"}}""")(request)
                : Text("here")
        );

        var download = await FetchAsync(service);

        Assert.Single(download.Files);
        Assert.Equal([new LostArtifact("outputs/gone.txt", "is no longer among the job's artifacts")], download.Lost);
    }

    [Fact]
    public async Task FetchAsync_DownloadsOnlyWhatChanged_WhenItIsFetchedAgain()
    {
        var service = List("outputs/a.txt", "outputs/b.txt", "outputs/c.txt");
        await FetchAsync(service);
        // Another version, another content, and only another time.
        service.On(
            "GET",
            Container,
            FakeService.Json(
                200,
                """
                {"value":[{"path":"outputs/a.txt","etag":"2"},{"path":"outputs/b.txt","etag":"1"},{"path":"outputs/c.txt","etag":"1"}]}
                """
            )
        );
        await File.WriteAllTextAsync(Path.Combine(folder, "outputs/b.txt"), "<spoiled......>"[..15], Stop);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "outputs/c.txt"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        service.Sent.Clear();

        var again = await FetchAsync(service);

        Assert.Equal([false, false, true], again.Files.Select(file => file.WasUnchanged));
        Assert.Equal(
            ["?path=outputs%2Fa.txt", "?path=outputs%2Fb.txt"],
            service
                .Sent.Where(request => request.Uri.AbsolutePath.EndsWith("/content", StringComparison.Ordinal))
                .Select(request => request.Uri.Query)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal("<outputs/b.txt>", await File.ReadAllTextAsync(Path.Combine(folder, "outputs/b.txt"), Stop));
        service.Sent.Clear();
        Assert.All((await FetchAsync(service)).Files, file => Assert.True(file.WasUnchanged));
    }

    [Fact]
    public async Task DownloadAsync_RestartsAFile_WhenItsBytesBreakOff()
    {
        var service = new FakeService();
        service.On("GET", Container, FakeService.Json(200, """{"value":[{"path":"outputs/model.bin"}]}"""));
        service.OnEach("GET", $"{Container}/content", _ => Truncated(), _ => Truncated(), _ => Text("whole model"));

        var file = Assert.Single(await DownloadAsync(service));

        Assert.Equal("whole model", await File.ReadAllTextAsync(file.File, Stop));
        Assert.Equal([file.File], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task DownloadAsync_LeavesNoPartialFile_WhenItIsRefused()
    {
        var service = new FakeService();
        service.On("GET", Container, FakeService.Json(200, """{"value":[{"path":"outputs/model.bin"}]}"""));
        service.On("GET", $"{Container}/content", FakeService.Json(403, """{"error":{"code":"UserError","message":"Not yours."}}"""));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => DownloadAsync(service));

        Assert.EndsWith(
            $" GET https://localhost:1{Container}/content?path=outputs%2Fmodel.bin returned 403 Forbidden: UserError: Not yours.",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    private static FakeService List(params string[] paths)
    {
        var service = new FakeService();
        var items = paths.Select(path => new JsonObject { ["path"] = path, ["etag"] = "1" });
        service.On("GET", Container, FakeService.Json(200, new JsonObject { ["value"] = new JsonArray([.. items]) }.ToJsonString()));
        service.On("GET", $"{Container}/content", request => Text($"<{Uri.UnescapeDataString(request.Uri.Query["?path=".Length..])}>"));
        return service;
    }

    private async Task<ArtifactDownload> FetchAsync(FakeService service) =>
        await new JobArtifacts(await service.ConnectAsync(), Path.Combine(memory, "fetched.txt")).FetchAsync("job", folder, Stop);

    private async Task<IReadOnlyList<DownloadedArtifact>> DownloadAsync(FakeService service) =>
        await new JobArtifacts(await service.ConnectAsync()).DownloadAsync("job", folder, Stop);

    private static HttpResponseMessage Text(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text) };

    private static HttpResponseMessage Truncated()
    {
        var response = Text("whole");
        response.Content.Headers.ContentLength = 11;
        return response;
    }
}
