using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Build.Tests.Doubles;
using Fixtures.Registries;

namespace Build.Tests;

/// <summary>
/// The targets about images with a stand-in for docker, while Cake.Docker quotes as it does on Cake.Core before version 7: what is inside
/// the
/// quotation marks is not escaped.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class ImageTargetTests : IAsyncLifetime
{
    private const string PlainQuotes = "Cake.Docker.PlainQuotes";
    private const string Password = """a "quoted" \password\""";

    private readonly HostConsole host = new();
    private DistributionRegistry registry = null!;
    private DockerStandIn docker = null!;

    public async ValueTask InitializeAsync()
    {
        registry = await DistributionRegistry.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        docker = new DockerStandIn(registry.Address);
        var file = Path.Combine(host.Root, "configuration", "local_config.json");
        var config = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        config["REGISTRY"] = registry.Name;
        host.Write("configuration/local_config.json", config.ToJsonString());
        host.WriteDataset();
        host.Processes.On($"{host.Root}/.venv/bin/python -m detection create-demo-data", "2 images");
        host.Write(".dockerignore", "*\n!src\n");
        host.Write("src/an \"odd\" \\name\\", "odd");
        host.Environment.Variables["PATH"] = docker.Path;
        host.Environment.Variables["DOCKER_CONFIG"] = Path.Combine(host.Root, "docker-config");
        host.Environment.Variables["REGISTRY_USERNAME"] = "robot";
        host.Environment.Variables["REGISTRY_PASSWORD"] = Password;
        AppContext.SetSwitch(PlainQuotes, isEnabled: true);
    }

    public async ValueTask DisposeAsync()
    {
        AppContext.SetSwitch(PlainQuotes, isEnabled: false);
        docker.Dispose();
        host.Dispose();
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task DockerPush_LosesNoLabelAndShowsNoPassword_WhenQuotesAreNotEscaped()
    {
        var built = host.Run("--target=Docker-Build", "--runtime=docker");
        var build = docker.Calls.Single(IsBuild);
        var labels = build.Values("--label").Select(label => label.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var image = await SmallImage.PushAsync(
            registry.Address,
            "model-training",
            "staged",
            labels: labels,
            cancellationToken: TestContext.Current.CancellationToken
        );
        docker.SetId(image.ConfigDigest);
        var pushed = host.Run("--target=Docker-Push", "--runtime=docker");

        Assert.True(built.StartsWith("exit code 0\n", StringComparison.Ordinal), built);
        Assert.True(pushed.StartsWith("exit code 0\n", StringComparison.Ordinal), pushed);
        Assert.Contains("DOCKER_BUILDKIT=1", build.Variables);
        Assert.Contains("src/an%20%22odd%22%20%5Cname%5C=", labels["io.model-training.files"], StringComparison.Ordinal);
        Assert.All(labels.Values, value => Assert.Matches("^[^\"\\\\ ]*$", value));
        Assert.Equal(".", build.Arguments[^1]);
        var login = Assert.Single(docker.Calls, call => call.Arguments[0] == "login");
        Assert.Equal(["login", "--username", "robot", "--password-stdin", registry.Name], login.Arguments);
        Assert.Equal(Password, login.Input);
        Assert.All(docker.Calls, call =>
            Assert.DoesNotContain(call.Arguments, argument => argument.Contains("quoted", StringComparison.Ordinal))
        );
        Assert.All(docker.Calls, call => Assert.DoesNotContain(call.Variables, line => line.Contains("quoted", StringComparison.Ordinal)));
        Assert.DoesNotContain("quoted", built + pushed, StringComparison.Ordinal);
    }

    private static bool IsBuild(DockerCall call) => call.Arguments is ["buildx", "build", ..] or ["image", "build", ..];
}
