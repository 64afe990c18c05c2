using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Tests;

namespace EndToEnd.Containers;

/// <summary>Environments whose images the engine builds.</summary>
public sealed partial class ImageBuildTests(Engine engine)
{
    private const string BuildLog = "azureml-logs/20_image_build_log.txt";

    [Fact]
    public async Task Job_RunsInTheImage_BuiltFromAnUploadedContext()
    {
        await using var emulator = await StartAsync();
        // The build prints a text of its own, so that no layer of an earlier run is used.
        var word = Guid.NewGuid().ToString("N");
        var address = await UploadAsync(
            emulator,
            "context",
            ("docker/Dockerfile", $"FROM {engine.BaseImage}\nCOPY words.txt /words.txt\nRUN echo built {word}\nENV MINE=own\n"),
            ("words.txt", "potholes\n")
        );

        var first = await RunAsync(emulator, "first", Build(address, "docker/Dockerfile"), "cat /words.txt; echo $MINE");
        var again = await RunAsync(emulator, "again", Build(address, "docker/Dockerfile"), "cat /words.txt");

        Assert.Equal(("Completed", "potholes\nown\n"), ((string?)first["status"], emulator.Log("first")));
        Assert.Contains($"built {word}", File.ReadAllText(Path.Combine(emulator.JobFolder("first"), BuildLog)), StringComparison.Ordinal);
        Assert.Equal(("Completed", "potholes\n"), ((string?)again["status"], emulator.Log("again")));
        Assert.False(File.Exists(Path.Combine(emulator.JobFolder("again"), BuildLog)));
        await engine.OutputOfAsync("rmi", "--force", ImageOf(emulator, "first"));
    }

    [Fact]
    public async Task Job_Fails_WhenItsImageCannotBeBuilt()
    {
        await using var emulator = await StartAsync();
        var address = await UploadAsync(emulator, "context", ("Dockerfile", $"FROM {engine.BaseImage}\nRUN echo wrong >&2; exit 3\n"));

        var details = await RunAsync(emulator, "fails", Build(address, null), "true");

        Assert.Equal(
            (
                "Failed",
                "The image of environment 'built-fails/1' could not be built: The command '/bin/sh -c echo wrong >&2; exit 3' returned a "
                    + $"non-zero code: 3. The log {BuildLog} says more. Correct the context, register a new version of the environment, "
                    + "and submit the job again."
            ),
            ((string?)details["status"], (string?)details["error"]?["error"]?["message"])
        );
        Assert.Contains("wrong", File.ReadAllText(Path.Combine(emulator.JobFolder("fails"), BuildLog)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_FindsTheProgramsOfItsCondaFile()
    {
        await using var emulator = await StartAsync();
        // It stands for conda: it makes a program that prints the file.
        const string Conda =
            "#!/bin/sh\n[ \"$1 $2 $3 $5\" = 'env create --prefix --file' ] || exit 1\nmkdir -p $4/bin\n"
            + "printf '#!/bin/sh\\ncat %s\\n' $6 > $4/bin/own-program\nchmod +x $4/bin/own-program\n";
        var address = await UploadAsync(
            emulator,
            "context",
            ("Dockerfile", $"FROM {engine.BaseImage}\nCOPY conda /usr/local/bin/conda\nRUN chmod +x /usr/local/bin/conda\n"),
            ("conda", Conda)
        );
        await RunAsync(emulator, "base", Build(address, null), "true");
        var image = ImageOf(emulator, "base");

        var details = await RunAsync(
            emulator,
            "conda",
            new() { ["image"] = image, ["condaFile"] = "dependencies: [python]\n" },
            "own-program"
        );

        Assert.Equal(("Completed", "dependencies: [python]\n"), ((string?)details["status"], emulator.Log("conda")));
        // The container of the job may be there for a moment after its end.
        await engine.OutputOfAsync("rmi", "--force", ImageOf(emulator, "conda"));
        await engine.OutputOfAsync("rmi", "--force", image);
    }

    [GeneratedRegex("azureml/azureml_[0-9a-f]{32}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Image();

    private static string ImageOf(TestEmulator emulator, string job) =>
        Image().Match(File.ReadAllText(Path.Combine(emulator.JobFolder(job), "system_logs/lifecycler/lifecycler.log"))).Value;

    private static JsonObject Build(string address, string? dockerfile) =>
        new()
        {
            ["build"] = new JsonObject { ["contextUri"] = address, ["dockerfilePath"] = dockerfile },
        };

    /// <summary>Uploads files as clients do, and returns their address.</summary>
    private static async Task<string> UploadAsync(TestEmulator emulator, string folder, params (string Path, string Text)[] files)
    {
        var upload = await emulator.PostAsync(TestEmulator.Arm("/codes/upload/versions/1/startPendingUpload"), "{}");
        var place = upload["blobReferenceForConsumption"]!;
        var signed = new UriBuilder((string)place["credential"]!["sasUri"]!);
        var root = signed.Path;
        foreach (var (path, text) in files)
        {
            signed.Path = $"{root}/{folder}/{path}";
            using var request = new HttpRequestMessage(HttpMethod.Put, signed.Uri);
            request.Headers.Add("x-ms-blob-type", "BlockBlob");
            request.Content = new StringContent(text);
            using var response = await emulator.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }

        return $"{place["blobUri"]}/{folder}";
    }

    private async Task<TestEmulator> StartAsync()
    {
        engine.Require();
        var emulator = await TestEmulator.StartAsync(options =>
            options with
            {
                Runtime = JobRuntime.Docker,
                DockerHost = engine.Host,
                JobNetwork = JobNetwork.Host,
            }
        );
        await emulator.CreateComputeAsync();
        return emulator;
    }

    private static async Task<JsonNode> RunAsync(TestEmulator emulator, string name, JsonObject environment, string command)
    {
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm($"/environments/built-{name}/versions/1"),
            new JsonObject { ["properties"] = environment }.ToJsonString()
        );
        await emulator.SubmitAsync(
            name,
            command,
            job => job["environmentId"] = $"/{TestEmulator.Workspace}/environments/built-{name}/versions/1",
            prepare: false
        );
        return await emulator.WaitForEndAsync(name);
    }
}
