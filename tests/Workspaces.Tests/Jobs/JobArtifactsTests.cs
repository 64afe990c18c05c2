using System.Net;
using Fixtures.Services;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Workspaces.Tests.Jobs;

public sealed class JobArtifactsTests : IDisposable
{
    private static readonly string Container = $"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.job";

    private readonly string folder = Directory.CreateTempSubdirectory("artifacts-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

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
    [InlineData("outputs//twice.txt")]
    [InlineData("outputs/")]
    [InlineData("./here.txt")]
    [InlineData("..\\outside.txt")]
    [InlineData("C:/outside.txt")]
    public async Task DownloadAsync_DownloadsNothing_WhenAPathLeadsOutside(string path)
    {
        var service = new FakeService();
        service.On(
            "GET",
            Container,
            FakeService.Json(
                200,
                $$$"""{"value":[{"path":"outputs/fine.txt"},{"path":"{{{path.Replace("\\", "\\\\", StringComparison.Ordinal)}}}"}]}"""
            )
        );
        service.On("GET", $"{Container}/content", _ => Text("bytes"));

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => DownloadAsync(service));

        Assert.Equal(
            $"Job 'job' has the artifact path '{path}'; it must lead to a file under {folder}. Nothing was downloaded.",
            error.Message
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
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
