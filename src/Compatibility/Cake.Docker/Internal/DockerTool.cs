using Cake.Core;
using Cake.Core.IO;
using Cake.Core.Tooling;

namespace Cake.Docker;

/// <summary>Starts the docker client and waits until it ends.</summary>
/// <typeparam name="TSettings">The options of the command.</typeparam>
internal sealed class DockerTool<TSettings>(ICakeContext context)
    : Tool<TSettings>(context.FileSystem, context.Environment, context.ProcessRunner, context.Tools)
    where TSettings : AutoToolSettings
{
    private readonly bool isUnix = context.Environment.Platform.IsUnix();

    /// <exception cref="CakeException">docker was not found, or exited with a code other than 0.</exception>
    public new void Run(TSettings settings, ProcessArgumentBuilder arguments) => base.Run(settings, arguments);

    protected override string GetToolName() => "Docker";

    protected override IEnumerable<string> GetToolExecutableNames() => isUnix ? ["docker", "docker.exe"] : ["docker.exe", "docker"];
}
