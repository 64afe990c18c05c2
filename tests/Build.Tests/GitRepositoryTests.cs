using System.Diagnostics;
using Build.LocalRuntime;
using Cake.Core;
using Cake.Frosting.Tests;
using Fixtures;
using NSubstitute;

namespace Build.Tests;

public sealed class GitRepositoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task FindHeadAsync_ReturnsTheNewestCommitOfTheRemote_ToACheckoutOfAnOlderOne()
    {
        var origin = Path.Combine(folder.Root, "origin with spaces");
        Directory.CreateDirectory(origin);
        await GitAsync(origin, "init", "--quiet", "--initial-branch=main");
        await CommitAsync(origin, "first");
        await GitAsync(folder.Root, "clone", "--quiet", origin, "checkout");
        await CommitAsync(origin, "second");
        await GitAsync(origin, "branch", "other/refs/heads/main");
        var newest = await GitAsync(origin, "rev-parse", "HEAD");

        Assert.Equal(newest, await FindHeadAsync("checkout", "main"));
        Assert.Null(await FindHeadAsync("checkout", "missing"));
    }

    [Fact]
    public async Task FindHeadAsync_ReturnsNull_WithoutARemote()
    {
        Directory.CreateDirectory(Path.Combine(folder.Root, "alone"));
        await GitAsync(Path.Combine(folder.Root, "alone"), "init", "--quiet", "--initial-branch=main");

        Assert.Null(await FindHeadAsync("alone", "main"));
    }

    [Fact]
    public async Task FindFaultAsync_GivesGitsOwnReason_WhenAnotherUserOwnsTheCheckout()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can give a folder to another user");
        var checkout = Path.Combine(folder.Root, "foreign");
        Directory.CreateDirectory(checkout);
        await GitAsync(checkout, "init", "--quiet", "--initial-branch=main");
        await CommitAsync(checkout, "first");
        using (var chown = Process.Start("chown", ["--recursive", "65534", checkout]))
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var context = ContextOf("foreign");
        var git = new GitRepository(new SystemProcesses());

        Assert.Null(await git.ReadAsync(context));
        Assert.Equal(
            $"git does not name the commit: detected dubious ownership in repository at '{checkout}'",
            await git.FindFaultAsync(context)
        );
    }

    [Theory]
    [InlineData("GITHUB_TOKEN", "GITHUB_SERVER_URL", "https://code.example", "code.example", true)]
    [InlineData("GITHUB_TOKEN", "GITHUB_SERVER_URL", "https://code.example", "other.example", false)]
    [InlineData("SYSTEM_ACCESSTOKEN", "SYSTEM_COLLECTIONURI", "https://dev.example/organisation/", "dev.example", true)]
    [InlineData("SYSTEM_ACCESSTOKEN", "SYSTEM_COLLECTIONURI", "https://dev.example/organisation/", "other.example", false)]
    public async Task Read_GivesTheTokenToTheServerOfThePlatformAlone(
        string token,
        string server,
        string address,
        string host,
        bool isGiven
    )
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { [token] = "planted", [server] = address };

        var variables = GitCredentials.Read(name => environment.GetValueOrDefault(name));

        Assert.DoesNotContain("planted", string.Concat(variables.Values), StringComparison.Ordinal);
        var filled = await GitAsync(
            folder.Root,
            variables.Concat(environment),
            $"protocol=https\nhost={host}\n\n",
            mayFail: true,
            "credential",
            "fill"
        );
        Assert.Equal(isGiven, filled.Contains("password=planted", StringComparison.Ordinal));
    }

    private async Task<string?> FindHeadAsync(string checkout, string branch)
    {
        using var context = ContextOf(checkout);
        return await new GitRepository(new SystemProcesses()).FindHeadAsync(context, branch);
    }

    private BuildContext ContextOf(string checkout)
    {
        var cake = Substitute.For<ICakeContext>();
        cake.Environment.Returns(new FixedEnvironment(Path.Combine(folder.Root, checkout)));
        return new BuildContext(cake);
    }

    private static Task<string> CommitAsync(string repository, string message) =>
        GitAsync(
            repository,
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@localhost",
            "commit",
            "--quiet",
            "--allow-empty",
            $"--message={message}"
        );

    private static Task<string> GitAsync(string folder, params string[] arguments) => GitAsync(folder, [], "", mayFail: false, arguments);

    private static async Task<string> GitAsync(
        string folder,
        IEnumerable<KeyValuePair<string, string?>> variables,
        string input,
        bool mayFail,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The person's own settings, such as a credential helper, are not tested here.
        start.Environment["HOME"] = folder;
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var git = Process.Start(start)!;
        await git.StandardInput.WriteAsync(input);
        git.StandardInput.Close();
        var errors = git.StandardError.ReadToEndAsync();
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        Assert.True(mayFail || git.ExitCode == 0, await errors);
        return output.Trim();
    }
}
