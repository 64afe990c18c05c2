using Azure.Core;
using Workspaces.Connection;
using Workspaces.Errors;

namespace Workspaces.Tests.Connection;

public sealed class TokenFileCredentialTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task GetTokenAsync_ReadsTheFile_WithoutItsNewline()
    {
        await File.WriteAllTextAsync(file, "secret\n", TestContext.Current.CancellationToken);

        var token = await new TokenFileCredential(file).GetTokenAsync(new TokenRequestContext([]), TestContext.Current.CancellationToken);

        Assert.Equal("secret", token.Token);
    }

    [Fact]
    public void GetToken_NamesTheFile_WhenItIsMissing()
    {
        File.Delete(file);

        var error = Assert.Throws<WorkspaceException>(() =>
            new TokenFileCredential(file).GetToken(new TokenRequestContext([]), TestContext.Current.CancellationToken)
        );

        Assert.StartsWith($"{file} cannot be read (", error.Message, StringComparison.Ordinal);
    }
}
