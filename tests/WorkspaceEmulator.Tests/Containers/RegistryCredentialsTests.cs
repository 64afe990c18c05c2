using System.Buffers.Text;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.Containers;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Tests.Containers;

public sealed class RegistryCredentialsTests : IDisposable
{
    private readonly string _folder = TestEmulator.NewFolder();
    private readonly StateFolder _state;
    private readonly RegistryTokenKey _key;
    private readonly RegistryTokens _tokens;
    private readonly RegistryCredentials _credentials;

    public RegistryCredentialsTests()
    {
        var settings = new RegistrySettings("own:5000");
        _state = StateFolder.Open(_folder);
        _key = RegistryTokenKey.LoadOrCreate(_state, DateTimeOffset.UtcNow);
        _tokens = new(_key, AccessTokens.LoadOrCreate(_state), settings, TimeProvider.System);
        _credentials = new(settings, _tokens) { ConfigurationFolder = _folder };
    }

    public void Dispose()
    {
        _key.Dispose();
        _state.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // "a:b>>>???" needs the letters in which base64's two alphabets differ.
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
    public void Find_ReadsWhatDockerLoginLeft(string registry, string? configuration, string? expected)
    {
        if (configuration is not null)
            File.WriteAllText(Path.Combine(_folder, "config.json"), configuration);

        var header = _credentials.Find(registry);

        Assert.Equal(expected, header is null ? null : System.Text.Encoding.UTF8.GetString(Base64Url.DecodeFromChars(header)));
        Assert.Equal(0, (header ?? "").Length % 4);
    }

    [Fact]
    public void Find_MakesARefreshToken_ForTheEmulatorsOwnRegistry()
    {
        var json = JsonNode.Parse(Base64Url.DecodeFromChars(_credentials.Find("own:5000")!))!;

        Assert.Equal(RegistryTokens.RefreshTokenUser, (string?)json["username"]);
        Assert.True(_tokens.IsRefreshToken((string)json["password"]!, "own:5000"));
        Assert.False(_tokens.IsRefreshToken((string)json["password"]!, "another:5000"));
    }

    [Fact]
    public void Find_NamesTheFile_WhenItIsNoJson()
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), "{");

        var error = Assert.Throws<ImageException>(() => _credentials.Find("x.azurecr.io"));

        Assert.StartsWith($"{_folder}/config.json is no JSON (", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("); correct it, or sign in again with `docker login`.", error.Message, StringComparison.Ordinal);
    }
}
