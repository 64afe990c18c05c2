using Cake.Core;

namespace Cake.Docker.Tests;

public class DockerAliasesTests
{
    private readonly DockerFixture docker = new();

    [Fact]
    public void DockerBuild_QuotesThePath_WhenThereAreNoSettings()
    {
        docker.Context.DockerBuild("docker/gpu");

        Assert.Equal("image build \"docker/gpu\"", docker.Arguments);
    }

    [Fact]
    public void DockerBuild_KeepsThePath_WhenItIsQuotedAlready()
    {
        docker.Context.DockerBuild("\"a folder\"");

        Assert.Equal("image build \"a folder\"", docker.Arguments);
    }

    [Theory]
    [InlineData(" \"a folder\" ", "\"a folder\"")]
    [InlineData("\"a", "\"\"a\"")]
    [InlineData("\"", "\"\"\"")]
    public void DockerBuild_QuotesThePath_UnlessBothEndsAreQuoted(string path, string expected)
    {
        docker.Context.DockerBuild(path);

        Assert.Equal($"image build {expected}", docker.Arguments);
    }

    [Fact]
    public void DockerBuild_EscapesQuotationMarksAndTrailingBackslashes()
    {
        docker.Context.DockerBuild(new DockerImageBuildSettings { Label = ["note=say \"hi\"", @"path=C:\data\"] }, ".");

        Assert.Equal("""image build --label "note=say \"hi\"" --label "path=C:\data\\" "." """.TrimEnd(), docker.Arguments);
    }

    [Fact]
    public void DockerBuild_OmitsAValue_WhenItIsEmpty()
    {
        docker.Context.DockerBuild(new DockerImageBuildSettings { File = "", Tag = ["", "r:1"] }, ".");

        Assert.Equal("image build --tag \"r:1\" \".\"", docker.Arguments);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void DockerBuildXBuild_HasNoTarget_WhenItIsEmpty(string? target)
    {
        docker.Context.DockerBuildXBuild(target!);

        Assert.Equal("buildx build", docker.Arguments);
    }

    [Fact]
    public void DockerBuild_RendersOptions_OfEveryKind()
    {
        var settings = new DockerImageBuildSettings
        {
            BuildArg = ["BASE_IMAGE=debian@sha256:0", "EMPTY="],
            CpuPeriod = 100000,
            CpusetCpus = "0-1",
            DisableContentTrust = false,
            File = "docker/gpu/Dockerfile",
            NoCache = true,
            Pull = false,
            Rm = true,
            ShmSize = "2g",
            Tag = ["r/detection:1", "r/detection:2"],
        };

        docker.Context.DockerBuild(settings, ".");

        Assert.Equal(
            "image build --build-arg \"BASE_IMAGE=debian@sha256:0\" --build-arg \"EMPTY=\" --cpu-period 100000 --cpuset-cpus "
                + "\"0-1\" --disable-content-trust=False "
                + "--file \"docker/gpu/Dockerfile\" --no-cache --rm=True --shm-size \"2g\" --tag \"r/detection:1\" --tag "
                + "\"r/detection:2\" \".\"",
            docker.Arguments
        );
    }

    [Fact]
    public void DockerBuild_OmitsSettings_OfTheProcess()
    {
        var settings = new DockerImageBuildSettings
        {
            ToolTimeout = TimeSpan.FromHours(1),
            NoWorkingDirectory = true,
            WorkingDirectory = "/elsewhere",
        };

        docker.Context.DockerBuild(settings, ".");

        Assert.Equal("image build \".\"", docker.Arguments);
    }

    [Fact]
    public void DockerBuild_PassesTheVariables_OfTheSettings()
    {
        var settings = new DockerImageBuildSettings();
        settings.EnvironmentVariables["DOCKER_BUILDKIT"] = "1";
        settings.EnvironmentVariables["DOCKER_HOST"] = "unix:///tmp/docker.sock";

        docker.Context.DockerBuild(settings, ".");

        Assert.Equal("1", docker.Started!.EnvironmentVariables["DOCKER_BUILDKIT"]);
        Assert.Equal("unix:///tmp/docker.sock", docker.Started.EnvironmentVariables["DOCKER_HOST"]);
    }

    [Fact]
    public void DockerBuildXBuild_RendersOptions_OfEveryKind()
    {
        var settings = new DockerBuildXBuildSettings
        {
            CacheFrom = ["type=registry,ref=r/cache"],
            CacheTo = ["type=inline"],
            Load = true,
            MetadataFile = "metadata.json",
            NoCacheFilter = ["train"],
            Platform = ["linux/amd64", "linux/arm64"],
            Push = false,
            Secret = ["id=token,env=TOKEN"],
        };

        docker.Context.DockerBuildXBuild(settings, ".");

        Assert.Equal(
            "buildx build --cache-from \"type=registry,ref=r/cache\" --cache-to \"type=inline\" --load --metadata-file "
                + "\"metadata.json\" --no-cache-filter \"train\" "
                + "--platform \"linux/amd64\" --platform \"linux/arm64\" --secret \"id=token,env=TOKEN\" .",
            docker.Arguments
        );
    }

    [Fact]
    public void DockerTag_NamesBothReferences()
    {
        docker.Context.DockerTag("detection:1", "localhost:5000/detection:1");

        Assert.Equal("tag detection:1 localhost:5000/detection:1", docker.Arguments);
    }

    [Fact]
    public void DockerPush_RendersItsOptions()
    {
        docker.Context.DockerPush(new DockerImagePushSettings { AllTags = true, DisableContentTrust = true }, "localhost:5000/detection");

        Assert.Equal("push --disable-content-trust=True --all-tags localhost:5000/detection", docker.Arguments);
    }

    [Fact]
    public void DockerPull_RendersItsOptions()
    {
        docker.Context.DockerPull(new DockerImagePullSettings { Platform = "linux/amd64" }, "localhost:5000/detection@sha256:0");

        Assert.Equal("pull --platform \"linux/amd64\" localhost:5000/detection@sha256:0", docker.Arguments);
    }

    [Fact]
    public void DockerPush_FailsWithTheExitCode_WhenDockerFails()
    {
        var error = Assert.Throws<CakeException>(() => new DockerFixture(exitCode: 1).Context.DockerPush("x"));

        Assert.Equal("Docker: Process returned an error (exit code 1).", error.Message);
    }

    [Fact]
    public void DockerPush_Fails_WhenDockerIsNotInstalled()
    {
        var missing = new DockerFixture(isInstalled: false);

        var error = Assert.Throws<CakeException>(() => missing.Context.DockerPush("x"));

        Assert.StartsWith("Docker: Could not locate executable.", error.Message, StringComparison.Ordinal);
        Assert.Equal(["docker", "docker.exe"], missing.ToolNames);
    }

    public static TheoryData<string, Action<ICakeContext>> MissingArguments =>
        new()
        {
            { "path", context => context.DockerBuild("") },
            { "imageReference", context => context.DockerTag("", "b") },
            { "registryReference", context => context.DockerTag("a", "") },
            { "imageReference", context => context.DockerPush("") },
            { "imageReference", context => context.DockerPull("") },
        };

    [Theory]
    [MemberData(nameof(MissingArguments))]
    public void Aliases_NameTheArgument_WhenItIsEmpty(string name, Action<ICakeContext> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        Assert.Equal(name, Assert.Throws<ArgumentNullException>(() => call(docker.Context)).ParamName);
    }
}
