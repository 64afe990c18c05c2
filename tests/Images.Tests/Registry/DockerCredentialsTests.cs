using Images.Registry;
using Workspaces.Errors;

namespace Images.Tests.Registry;

public sealed class DockerCredentialsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("docker-credentials-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Find_UsesTheVariables_OnlyForTheRegistryOfTheEnvironment()
    {
        Func<string, string?> variable = name =>
            name switch
            {
                "REGISTRY_USERNAME" => "robot",
                "REGISTRY_PASSWORD" => "right",
                "DOCKER_CONFIG" => folder.FullName,
                _ => null,
            };

        Assert.Equal(new RegistryLogin("robot", "right"), DockerCredentials.Find("localhost:5000", isOwnRegistry: true, variable));
        Assert.Null(DockerCredentials.Find("other.example", isOwnRegistry: false, variable));
    }

    [Theory]
    [InlineData("localhost:5000", true)]
    [InlineData("other.example", false)]
    public void Find_ReadsTheLoginOfDocker(string registry, bool isFound)
    {
        File.WriteAllText(
            Path.Combine(folder.FullName, "config.json"),
            """{"auths":{"localhost:5000":{"auth":"cm9ib3Q6cmlnaHQ="},"helper.example":{}}}"""
        );

        Assert.Equal(
            isFound ? new RegistryLogin("robot", "right") : null,
            DockerCredentials.Find(registry, isOwnRegistry: false, name => name == "DOCKER_CONFIG" ? folder.FullName : null)
        );
    }

    [Fact]
    public void Find_NamesTheFaultyFile_WithoutItsContent()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "config.json"), """{"auths":{"localhost:5000":{"auth":"planted secret"}}}""");

        var error = Assert.Throws<WorkspaceException>(() =>
            DockerCredentials.Find("localhost:5000", isOwnRegistry: false, name => name == "DOCKER_CONFIG" ? folder.FullName : null)
        );

        Assert.StartsWith(Path.Combine(folder.FullName, "config.json") + " cannot be read: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", error.Message, StringComparison.Ordinal);
    }
}
