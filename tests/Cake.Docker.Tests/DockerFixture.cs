using Cake.Core;
using Cake.Core.IO;
using Cake.Core.Tooling;
using NSubstitute;

namespace Cake.Docker.Tests;

/// <summary>A Cake context whose process runner records the processes to start.</summary>
internal sealed class DockerFixture
{
    public DockerFixture(int exitCode = 0, bool isInstalled = true)
    {
        var process = Substitute.For<IProcess>();
        process.GetExitCode().Returns(exitCode);
        process.WaitForExit(Arg.Any<int>()).Returns(true);
        var runner = Substitute.For<IProcessRunner>();
        runner.Start(Arg.Any<FilePath>(), Arg.Do<ProcessSettings>(settings => Started = settings)).Returns(process);
        var environment = Substitute.For<ICakeEnvironment>();
        environment.Platform.Family.Returns(PlatformFamily.Linux);
        environment.WorkingDirectory.Returns(new DirectoryPath("/work"));
        var tools = Substitute.For<IToolLocator>();
        tools
            .Resolve(Arg.Do<IEnumerable<string>>(names => ToolNames = [.. names]))
            .Returns(isInstalled ? new FilePath("/usr/bin/docker") : null);
        // Not the machine's: docker is installed wherever the locator says so.
        var files = Substitute.For<IFileSystem>();
        files.GetFile(Arg.Any<FilePath>()).Exists.Returns(true);
        files.GetDirectory(Arg.Any<DirectoryPath>()).Exists.Returns(true);

        Context = Substitute.For<ICakeContext>();
        Context.FileSystem.Returns(files);
        Context.Environment.Returns(environment);
        Context.ProcessRunner.Returns(runner);
        Context.Tools.Returns(tools);
    }

    public ICakeContext Context { get; }

    public IReadOnlyList<string> ToolNames { get; private set; } = [];

    public ProcessSettings? Started { get; private set; }

    /// <summary>The whole argument string docker was started with.</summary>
    public string? Arguments => Started?.Arguments.Render();
}
