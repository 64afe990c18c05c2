using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Execution;

namespace WorkspaceEmulator.Tests.Containers;

public class ImageBuildTests
{
    private const string Log = "azureml-logs/20_image_build_log.txt";
    private const string Context = "azureml://datastores/workspaceblobstore/paths/contexts/a";

    [Fact]
    public async Task EnsureAsync_BuildsTheContext_ByTheEngine()
    {
        await using var engine = await FakeEngine.StartAsync(
            new()
            {
                Build = """
                {"stream":"Step 1/1 : FROM base\n"}
                {"status":"Pulling from library/base","id":"1"}
                {"status":"Downloading","id":"f00","progressDetail":{"current":1,"total":9}}
                {"status":"Downloading","id":"f00","progressDetail":{"current":9,"total":9}}
                {"stream":"Successfully built 1234\n"}
                """,
            }
        );
        await using var emulator = await StartAsync(engine);
        Write(emulator, "contexts/a/docker/Dockerfile", "FROM base\n");
        Write(emulator, "contexts/a/requirements.txt", "torch\n");
        Write(emulator, "contexts/ab/no.txt", "of another context\n");

        var details = await RunAsync(emulator, "builds", Build(Context + "/", "docker/Dockerfile"));

        Assert.Equal("Completed", (string?)details["status"]);
        var build = Assert.Single(engine.Builds);
        Assert.Equal(["docker/", "docker/Dockerfile", "requirements.txt"], build.Files.Keys);
        Assert.Equal("torch\n", build.Files["requirements.txt"]);
        Assert.Equal("docker/Dockerfile", build.Query["dockerfile"]);
        Assert.Equal(build.Query["t"].ToString(), (string?)engine.Created!["Image"]);
        Assert.StartsWith("azureml/azureml_", build.Query["t"].ToString(), StringComparison.Ordinal);
        var credentials = JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(build.Credentials)))!;
        Assert.Equal("registry.example", (string?)credentials["registry.example"]!["serveraddress"]);
        Assert.Equal(
            "Step 1/1 : FROM base\n1: Pulling from library/base\nf00: Downloading\nSuccessfully built 1234\n",
            await emulator.Client.GetStringAsync((string?)details["logFiles"]![Log], TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task EnsureAsync_BuildsOnce_ForEnvironmentsOfOneContext()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine);
        Write(emulator, "contexts/a/Dockerfile", "FROM base\n");
        Write(emulator, "contexts/b/Dockerfile", "FROM base\n");
        await RunAsync(emulator, "first", Build(Context));
        var again = await RunAsync(emulator, "second", Build(Context.Replace("/a", "/b", StringComparison.Ordinal)), version: "2");

        Assert.Equal("Completed", (string?)again["status"]);
        Assert.Null(again["logFiles"]![Log]);
        Assert.Single(engine.Builds);

        Write(emulator, "contexts/b/Dockerfile", "FROM other\n");
        await emulator.SubmitAsync("third", "true", Use("2"), prepare: false);
        Assert.Equal("Completed", (string?)(await emulator.WaitForEndAsync("third"))["status"]);
        Assert.Equal(2, engine.Builds.Select(build => build.Query["t"].ToString()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task EnsureAsync_FailsTheJob_WhenTheBuildFails()
    {
        await using var engine = await FakeEngine.StartAsync(
            new()
            {
                Build = """
                {"stream":"Step 2/2 : RUN false\n"}
                {"errorDetail":{"code":1,"message":"The command '/bin/sh -c false' returned a non-zero code: 1"},"error":"The command"}
                """,
            }
        );
        await using var emulator = await StartAsync(engine);
        Write(emulator, "contexts/a/Dockerfile", "FROM base\nRUN false\n");

        var details = await RunAsync(emulator, "fails", Build(Context));

        Assert.Equal(
            (
                "Failed",
                "The image of environment 'detection/1' could not be built: The command '/bin/sh -c false' returned a non-zero code: 1. "
                    + $"The log {Log} says more. Correct the context, register a new version of the environment, and submit the job again."
            ),
            ((string?)details["status"], Error(details))
        );
        Assert.Equal(
            "Step 2/2 : RUN false\nThe command '/bin/sh -c false' returned a non-zero code: 1\n",
            await emulator.Client.GetStringAsync((string?)details["logFiles"]![Log], TestContext.Current.CancellationToken)
        );
        Assert.Null(engine.Created);
    }

    [Fact]
    public async Task EnsureAsync_FailsTheJob_WhenTheContextHasNoFiles()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine);

        var details = await RunAsync(emulator, "fails", Build(Context));

        Assert.Equal(
            $"The build context of environment 'detection/1' is {Context}, where there are no files. Upload the context, register a new "
                + "version of the environment, and submit the job again.",
            Error(details)
        );
        Assert.Empty(engine.Builds);
    }

    [Fact]
    public async Task EnsureAsync_AddsTheCondaFile_ToTheImage()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await StartAsync(engine);

        var details = await RunAsync(emulator, "builds", """{"image":"base:1","condaFile":"dependencies: [python=3.12]"}""");

        Assert.Equal("Completed", (string?)details["status"]);
        var build = Assert.Single(engine.Builds);
        Assert.Equal("dependencies: [python=3.12]", build.Files["conda.yaml"]);
        Assert.StartsWith("FROM base:1\n", build.Files["Dockerfile"], StringComparison.Ordinal);
        Assert.Contains("\nRUN conda env create ", build.Files["Dockerfile"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        JobRuntime.Process,
        """{"build":{"contextUri":"azureml://datastores/workspaceblobstore/paths/x"}}""",
        "a job whose environment ('detection/1') has properties.build, without a Docker engine that builds its image (--runtime=docker),"
    )]
    [InlineData(
        JobRuntime.Process,
        """{"image":"base:1","condaFile":"dependencies: []"}""",
        "a job whose environment ('detection/1') has properties.condaFile, without a Docker engine that builds its image "
            + "(--runtime=docker),"
    )]
    [InlineData(
        JobRuntime.Docker,
        """{"build":{"contextUri":"https://git.example/x.git#main:docker"}}""",
        "a job whose environment ('detection/1') has a build context outside of the workspace's storage, "
            + "'https://git.example/x.git#main:docker',"
    )]
    public async Task PutJob_Returns501_WhenItsImageCannotBeBuilt(JobRuntime runtime, string environment, string what)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var emulator = await TestEmulator.StartAsync(options => options with { Runtime = runtime, DockerHost = engine.Host });
        await emulator.CreateComputeAsync();
        await CreateEnvironmentAsync(emulator, environment);

        var error = await emulator.ExpectAsync(
            HttpStatusCode.NotImplemented,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/needs"),
            TestEmulator.Job("true").ToJsonString()
        );

        Assert.Equal($"PUT {what} is not emulated. docs/emulator.md lists the operations that are.", (string?)error["error"]!["message"]);
    }

    private static Task<TestEmulator> StartAsync(FakeEngine engine) =>
        TestEmulator.StartAsync(options =>
            options with
            {
                Runtime = JobRuntime.Docker,
                DockerHost = engine.Host,
                RegistryService = "registry.example",
            }
        );

    private static string Build(string address, string? dockerfile = null) =>
        new JsonObject
        {
            ["build"] = new JsonObject { ["contextUri"] = address, ["dockerfilePath"] = dockerfile },
        }.ToJsonString();

    private static void Write(TestEmulator emulator, string path, string text)
    {
        var file = Path.Combine(emulator.Folder, "storage/sub/group/work/workspaceblobstore", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static Task<JsonNode> CreateEnvironmentAsync(TestEmulator emulator, string properties, string version = "1") =>
        emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm($"/environments/detection/versions/{version}"),
            $$"""{"properties":{{properties}}}"""
        );

    private static Action<JsonObject> Use(string version) =>
        job => job["environmentId"] = $"/{TestEmulator.Workspace}/environments/detection/versions/{version}";

    private static async Task<JsonNode> RunAsync(TestEmulator emulator, string name, string environment, string version = "1")
    {
        if (version == "1")
            await emulator.CreateComputeAsync();
        await CreateEnvironmentAsync(emulator, environment, version);
        await emulator.SubmitAsync(name, "true", Use(version), prepare: false);
        return await emulator.WaitForEndAsync(name);
    }

    private static string? Error(JsonNode details) => (string?)details["error"]?["error"]?["message"];
}
