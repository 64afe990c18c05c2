using Images.Docker;

namespace Images.Tests.Docker;

public sealed class TemporaryDockerConfigTests : IDisposable
{
    private readonly DirectoryInfo own = Directory.CreateTempSubdirectory("own-config-");

    public void Dispose() => own.Delete(recursive: true);

    [Fact]
    public void Config_HasTheUsersOwn_WithoutTheCredentialStore()
    {
        own.CreateSubdirectory("contexts");
        File.WriteAllText(Path.Combine(own.FullName, "contexts", "meta"), "kept");
        File.WriteAllText(Path.Combine(own.FullName, "config.json"), """{"credsStore":"desktop","auths":{"other.example":{"auth":"x"}}}""");
        string folder;
        using (var config = new TemporaryDockerConfig(name => name == "DOCKER_CONFIG" ? own.FullName : null))
        {
            folder = config.Path;
            Assert.Equal("kept", File.ReadAllText(Path.Combine(folder, "contexts", "meta")));
            Assert.Equal("""{"auths":{"other.example":{"auth":"x"}}}""", File.ReadAllText(Path.Combine(folder, "config.json")));
        }

        Assert.False(Directory.Exists(folder));
        Assert.True(File.Exists(Path.Combine(own.FullName, "contexts", "meta")));
    }
}
