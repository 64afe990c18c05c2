using WorkspaceEmulator.Hosting;

namespace WorkspaceEmulator.Tests;

public class OwnEnvironmentTests
{
    [Theory]
    [InlineData("PATH", "/bin", true)]
    [InlineData("LC_ALL", "C", true)]
    [InlineData("WORKSPACE_EMULATOR_RECORD", "/tmp/x", true)]
    [InlineData("https_proxy", "http://proxy.example:3128", true)]
    [InlineData("HTTPS_PROXY", "http://user:password@proxy.example:3128", false)]
    [InlineData("AZURE_CLIENT_SECRET", "x", false)]
    [InlineData("SYSTEM_ACCESSTOKEN", "x", false)]
    [InlineData("ASPNETCORE_URLS", "http://*:80", false)]
    [InlineData("SSH_AUTH_SOCK", "/tmp/agent", false)]
    public void IsKept_ReturnsWhetherTheEmulatorNeedsIt(string name, string value, bool isKept) =>
        Assert.Equal(isKept, OwnEnvironment.IsKept(name, value));
}
