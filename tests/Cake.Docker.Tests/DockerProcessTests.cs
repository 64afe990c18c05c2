using System.Runtime.Versioning;
using Cake.Core;
using Cake.Core.Configuration;
using Cake.Core.Diagnostics;
using Cake.Core.IO;
using NSubstitute;

namespace Cake.Docker.Tests;

/// <summary>Tests with Cake's own process runner and a script in place of docker that records its arguments.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DockerProcessTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cake-docker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void DockerBuild_PassesEveryValue_Unchanged()
    {
        var received = Run(
            (context, tool) =>
                context.DockerBuild(
                    new DockerImageBuildSettings { ToolPath = tool, Label = ["note=say \"hi\" \\", "path=C:\\data"] },
                    "a folder"
                )
        );

        Assert.Equal(["image", "build", "--label", "note=say \"hi\" \\", "--label", "path=C:\\data", "a folder"], received);
    }

    private string[] Run(Action<ICakeContext, FilePath> call)
    {
        var script = System.IO.Path.Combine(folder, "docker.sh");
        var output = System.IO.Path.Combine(folder, "received");
        File.WriteAllText(script, $"#!/bin/sh\nfor a in \"$@\"; do printf '%s\\n' \"$a\"; done > '{output}'\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var files = new FileSystem();
        var log = Substitute.For<ICakeLog>();
        var environment = new CakeEnvironment(new CakePlatform(), new CakeRuntime());
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
        context.ProcessRunner.Returns(runner);

        call(context, script);

        return File.ReadAllLines(output);
    }
}
