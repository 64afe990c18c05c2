using System.Diagnostics;
using System.Runtime.Versioning;
using Cake.Core;
using Cake.Core.Configuration;
using Cake.Core.Diagnostics;
using Cake.Core.IO;
using Fixtures;
using NSubstitute;

namespace Images.Tests.Docker;

/// <summary>
/// Replaces docker with a script that records its arguments, its input and its variables, and provides a run that uses it.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class FakeDocker : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("fake-docker-");

    /// <param name="body">Shell commands of the script, with <c>$log</c> and <c>$count</c>, the number of the call.</param>
    public FakeDocker(string body)
    {
        var calls = System.IO.Path.Combine(folder.FullName, "log");
        WriteScript(
            $"""
            #!/bin/sh
            log='{calls}'
            [ "$1" = login ] && input="$(cat)"
            for argument in "$@"; do printf '%s\n' "$argument"; done >> "$log.arguments"
            echo >> "$log.arguments"
            echo "$* | $input | $DOCKER_CONFIG | $DOCKER_BUILDKIT" >> "$log"
            count=$(wc -l < "$log")
            {body}

            """
        );
        Run = new(
            CreateCake(folder.FullName),
            folder.FullName,
            System.IO.Path.Combine(folder.FullName, ".local"),
            Log.Add,
            text => Log.Add($"warning: {text}"),
            // No client of this machine, and no configuration of this user.
            name => name is "PATH" or "DOCKER_CONFIG" ? folder.FullName : null,
            Time,
            TestContext.Current.CancellationToken
        );
    }

    public string Path => System.IO.Path.Combine(folder.FullName, "docker");

    public string Folder => folder.FullName;

    public ImageRun Run { get; }

    public SkippingTime Time { get; } = new();

    /// <summary>The lines that the run wrote.</summary>
    public List<string> Log { get; } = [];

    /// <summary>One entry per call: arguments, input, DOCKER_CONFIG, DOCKER_BUILDKIT.</summary>
    public IReadOnlyList<string[]> Calls =>
        File.Exists(System.IO.Path.Combine(Folder, "log"))
            ? [.. File.ReadAllLines(System.IO.Path.Combine(Folder, "log")).Select(line => line.Split(" | "))]
            : [];

    /// <summary>The arguments of each call, each as docker receives it.</summary>
    public IReadOnlyList<string[]> Arguments =>
        [
            .. File.ReadAllText(System.IO.Path.Combine(Folder, "log.arguments"))
                .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Select(call => call.Split('\n')),
        ];

    public void Dispose() => folder.Delete(recursive: true);

    // Another test may start a process while this one writes; the child would hold the file open, and Linux refuses to run a file that is
    // open for writing. So a separate shell writes it.
    private void WriteScript(string text)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "cat > \"$0\" && chmod 700 \"$0\"", Path])
            {
                RedirectStandardInput = true,
                UseShellExecute = false,
            }
        )!;
        shell.StandardInput.Write(text);
        shell.StandardInput.Close();
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private static ICakeContext CreateCake(string root)
    {
        var files = new FileSystem();
        // Cake's own environment would change the working directory of the whole process.
        var environment = Substitute.For<ICakeEnvironment>();
        environment.WorkingDirectory.Returns(new DirectoryPath(root));
        environment.Platform.Returns(new CakePlatform());
        environment.Runtime.Returns(new CakeRuntime());
        var log = Substitute.For<ICakeLog>();
        var tools = Substitute.For<Cake.Core.Tooling.IToolLocator>();
        var runner = new ProcessRunner(files, environment, log, tools, Substitute.For<ICakeConfiguration>());
        var context = Substitute.For<ICakeContext>();
        context.FileSystem.Returns(files);
        context.Environment.Returns(environment);
        context.Log.Returns(log);
        context.ProcessRunner.Returns(runner);
        return context;
    }
}
