using System.Buffers.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Containers.Images;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Tests.Containers;

public sealed class RegistryCredentialsTests : IDisposable
{
    private readonly string folder = TestEmulator.NewFolder();
    private readonly StateFolder state;
    private readonly RegistryTokenKey key;
    private readonly RegistryTokens tokens;
    private readonly RegistryCredentials credentials;

    public RegistryCredentialsTests()
    {
        var settings = new RegistrySettings("own:5000");
        state = StateFolder.Open(folder, TimeProvider.System);
        key = RegistryTokenKey.LoadOrCreate(state, TimeProvider.System.GetUtcNow());
        tokens = new(key, AccessTokens.LoadOrCreate(state), settings, TimeProvider.System);
        credentials = new(settings, tokens) { ConfigurationFolder = folder };
    }

    public void Dispose()
    {
        key.Dispose();
        state.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    // "a:b>>>???" needs letters in which base64's two alphabets differ.
    [Theory]
    [InlineData(
        "x.azurecr.io",
        """{"auths":{"x.azurecr.io":{"auth":"YTpiPj4+Pz8/"}}}""",
        """{"username":"a","password":"b\u003E\u003E\u003E???","serveraddress":"x.azurecr.io"}"""
    )]
    [InlineData(
        "x.azurecr.io",
        """{"auths":{"https://x.azurecr.io":{"auth":"YTpi"}}}""",
        """{"username":"a","password":"b","serveraddress":"x.azurecr.io"}"""
    )]
    [InlineData(
        "x.azurecr.io",
        """{"auths":{"x.azurecr.io":{"auth":"YTpi","identitytoken":"t"}}}""",
        """{"identitytoken":"t","serveraddress":"x.azurecr.io"}"""
    )]
    [InlineData(
        "docker.io",
        """{"auths":{"https://index.docker.io/v1/":{"auth":"YTpi"}}}""",
        """{"username":"a","password":"b","serveraddress":"docker.io"}"""
    )]
    [InlineData("x.azurecr.io", """{"auths":{"x.azurecr.io":{}}}""", null)]
    [InlineData("other.azurecr.io", """{"auths":{"x.azurecr.io":{"auth":"YTpi"}}}""", null)]
    [InlineData("x.azurecr.io", """{"credsStore":"desktop"}""", null)]
    [InlineData("x.azurecr.io", null, null)]
    public void Find_ReadsTheConfiguration_OfDockerLogin(string registry, string? configuration, string? expected)
    {
        if (configuration is not null)
            File.WriteAllText(Path.Combine(folder, "config.json"), configuration);

        var header = credentials.Find(registry);

        Assert.Equal(expected, header is null ? null : System.Text.Encoding.UTF8.GetString(Base64Url.DecodeFromChars(header)));
        Assert.Equal(0, (header ?? "").Length % 4);
    }

    [Fact]
    public void Find_CreatesARefreshToken_ForTheEmulatorsOwnRegistry()
    {
        var json = JsonNode.Parse(Base64Url.DecodeFromChars(credentials.Find("own:5000")!))!;

        Assert.Equal(RegistryTokens.RefreshTokenUser, (string?)json["username"]);
        Assert.True(tokens.IsRefreshToken((string)json["password"]!, "own:5000"));
        Assert.False(tokens.IsRefreshToken((string)json["password"]!, "another:5000"));
    }

    [Fact]
    public void Find_NamesTheFile_WhenItIsNotJson()
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), "{");

        var error = Assert.Throws<ImageException>(() => credentials.Find("x.azurecr.io"));

        Assert.StartsWith($"{folder}/config.json is not JSON (", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("); correct it, or sign in again with `docker login`.", error.Message, StringComparison.Ordinal);
    }
}
