using Cake.Core;
using Cake.Core.IO;
using Cake.Core.Tooling;

namespace Cake.Docker;

/// <summary>Starts the docker client and waits for it.</summary>
/// <typeparam name="TSettings">The options of the command.</typeparam>
internal sealed class DockerTool<TSettings>(ICakeContext context)
    : Tool<TSettings>(context.FileSystem, context.Environment, context.ProcessRunner, context.Tools)
    where TSettings : AutoToolSettings
{
    private readonly bool isUnix = context.Environment.Platform.IsUnix();
    private IReadOnlyDictionary<string, string> environment = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <param name="settings">Where docker is, and its working folder.</param>
    /// <param name="arguments">The whole command line.</param>
    /// <param name="environment">Variables the command needs; the settings' own win.</param>
    /// <param name="standardInput">Written to docker's standard input; null leaves it alone.</param>
    /// <exception cref="CakeException">docker was not found, or exited with another code than 0.</exception>
    public void Run(
        TSettings settings,
        ProcessArgumentBuilder arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? standardInput = null
    )
    {
        this.environment = environment ?? this.environment;
        var process = new ProcessSettings();
        if (standardInput is not null)
            process.StandardInput = standardInput;

        Run(settings, arguments, process, postAction: null);
    }

    protected override string GetToolName() => "Docker";

    protected override IEnumerable<string> GetToolExecutableNames() => isUnix ? ["docker", "docker.exe"] : ["docker.exe", "docker"];

    protected override IDictionary<string, string> GetEnvironmentVariables(TSettings settings)
    {
        var variables = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        foreach (var (name, value) in base.GetEnvironmentVariables(settings) ?? settings.EnvironmentVariables)
            variables[name] = value;

        return variables;
    }
}
