using System.Runtime.Versioning;
using Cake.Core;
using Cake.Core.Configuration;
using Cake.Core.Diagnostics;
using Cake.Core.IO;
using NSubstitute;

namespace Build.Tests;

/// <summary>A script in docker's place that writes down its arguments, its input and its variables, and a context that runs it.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class FakeDocker : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("fake-docker-");

    /// <param name="body">
    /// What the script does after it has written down its arguments; shell, with <c>$log</c> and <c>$count</c>, the number of the call.
    /// </param>
    public FakeDocker(string body)
    {
        var calls = System.IO.Path.Combine(folder.FullName, "log");
        File.WriteAllText(
            Path,
            $"#!/bin/sh\nlog='{calls}'\n[ \"$1\" = login ] && input=\"$(cat)\"\necho \"$* | $input | $DOCKER_CONFIG | $DOCKER_BUILDKIT\" >> \"$log\"\ncount=$(wc -l < \"$log\")\n{body}\n"
        );
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = new FileSystem();
        // Cake's own would move the whole process to the folder.
        var environment = Substitute.For<ICakeEnvironment>();
        environment.WorkingDirectory.Returns(new DirectoryPath(folder.FullName));
        environment.Platform.Returns(new CakePlatform());
        environment.Runtime.Returns(new CakeRuntime());
        var log = Substitute.For<ICakeLog>();
        var runner = new ProcessRunner(
            files,
            environment,
            log,
            Substitute.For<Cake.Core.Tooling.IToolLocator>(),
            Substitute.For<ICakeConfiguration>()
        );
        var context = Substitute.For<ICakeContext>();
        context.FileSystem.Returns(files);
        context.Environment.Returns(environment);
        context.Log.Returns(log);
        context.ProcessRunner.Returns(runner);
        Context = new BuildContext(context);
    }

    public string Path => System.IO.Path.Combine(folder.FullName, "docker");

    public string Folder => folder.FullName;

    public BuildContext Context { get; }

    /// <summary>One entry a call: arguments, input, DOCKER_CONFIG, DOCKER_BUILDKIT.</summary>
    public IReadOnlyList<string[]> Calls =>
        File.Exists(System.IO.Path.Combine(Folder, "log"))
            ? [.. File.ReadAllLines(System.IO.Path.Combine(Folder, "log")).Select(line => line.Split(" | "))]
            : [];

    public void Dispose()
    {
        Context.Dispose();
        folder.Delete(recursive: true);
    }
}
