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

    [Fact]
    public void Sweep_DeletesTheFoldersOfDeadRuns_AndNoOthers()
    {
        var now = DateTimeOffset.UtcNow;
        var temporary = own.CreateSubdirectory("tmp").FullName;
        var dead = Left("docker-login-dead", isLocked: true, now);
        var old = Left("docker-login-old", isLocked: false, now.AddHours(-2));
        var starting = Left("docker-login-new", isLocked: false, now);
        var other = Left("another", isLocked: true, now);
        var alive = Left("docker-login-alive", isLocked: true, now);
        using var lease = new FileStream(Path.Combine(alive, ".in-use"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        TemporaryDockerConfig.Sweep(temporary, now);

        Assert.False(Directory.Exists(dead));
        Assert.False(Directory.Exists(old));
        Assert.All([starting, other, alive], folder => Assert.True(File.Exists(Path.Combine(folder, "config.json"))));

        string Left(string name, bool isLocked, DateTimeOffset written)
        {
            var folder = Directory.CreateDirectory(Path.Combine(temporary, name)).FullName;
            File.WriteAllText(Path.Combine(folder, "config.json"), "secret");
            if (isLocked)
                File.WriteAllText(Path.Combine(folder, ".in-use"), "");
            Directory.SetLastWriteTimeUtc(folder, written.UtcDateTime);
            return folder;
        }
    }
}
