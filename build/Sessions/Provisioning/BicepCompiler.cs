using System.Text.Json;
using System.Text.Json.Nodes;
using Build.LocalRuntime;
using Cake.Core;

namespace Build.Sessions.Provisioning;

/// <summary>
/// Compiles Bicep files. The compiler is a package for this machine's system, restored when it is first needed (infra/Bicep.proj).
/// </summary>
public sealed class BicepCompiler(IProcesses processes)
{
    private const string Project = "infra/Bicep.proj";

    /// <summary>Compiles a .bicep file to a template.</summary>
    /// <param name="context">The run.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="CakeException">The file is faulty, with every message of the compiler; or the compiler cannot be
    /// restored.</exception>
    public Task<JsonObject> BuildAsync(BuildContext context, string file) => RunAsync(context, "build", file);

    /// <summary>Compiles a .bicepparam file to the parameters of its template.</summary>
    /// <exception cref="CakeException">As for <see cref="BuildAsync"/>.</exception>
    public async Task<JsonObject> BuildParametersAsync(BuildContext context, string file)
    {
        var compiled = await RunAsync(context, "build-params", file);
        var text = (string?)compiled["parametersJson"] ?? throw new CakeException($"{file} was compiled to no parameters.");
        return JsonNode.Parse(text)?["parameters"]?.DeepClone() as JsonObject ?? [];
    }

    private async Task<JsonObject> RunAsync(BuildContext context, string command, string file)
    {
        ArgumentNullException.ThrowIfNull(context);
        var compiler = await FindAsync(context);
        var lines = new List<string>();
        var exitCode = await processes.RunAsync(
            new ChildProcess(compiler, [command, file, "--stdout"], context.Root),
            lines.Add,
            context.Cancellation
        );
        // The compiler writes its messages to the standard error, which arrives here too: every line that is not JSON is a message.
        var start = lines.FindIndex(line => line == "{");
        var end = lines.FindLastIndex(line => line == "}");
        var isComplete = exitCode == 0 && start >= 0 && end > start;
        var messages = isComplete ? lines[..start].Concat(lines[(end + 1)..]).ToList() : lines;
        foreach (var line in messages.Where(line => line.Trim().Length > 0))
            context.Warn(line);
        if (!isComplete)
            throw new CakeException($"{file} cannot be compiled: the messages above say why.");
        try
        {
            return (JsonObject)JsonNode.Parse(string.Join('\n', lines[start..(end + 1)]))!;
        }
        catch (JsonException exception)
        {
            throw new CakeException($"{file} was compiled to text that is not JSON ({exception.Message}).", exception);
        }
    }

    /// <summary>Returns the path of the compiler; restores it when it is missing.</summary>
    private async Task<string> FindAsync(BuildContext context)
    {
        if (await ReadPathAsync(context) is { } found)
            return found;
        var lines = new List<string>();
        var restore = new ChildProcess("dotnet", ["restore", Project, "--nologo", "--verbosity", "quiet"], context.Root);
        var exitCode = await processes.RunAsync(restore, lines.Add, context.Cancellation);
        if (exitCode == 0 && await ReadPathAsync(context) is { } restored)
            return restored;
        foreach (var line in lines.Where(line => line.Trim().Length > 0))
            context.Warn(line);
        throw new CakeException(
            $"The Bicep compiler could not be restored; a package source must have the package of {Project} for this system. Run: "
                + $"dotnet restore {Project}"
        );
    }

    private async Task<string?> ReadPathAsync(BuildContext context)
    {
        var query = new ChildProcess("dotnet", ["msbuild", Project, "-getProperty:BicepCompiler", "-nologo"], context.Root);
        return await processes.TryReadAsync(query, context.Cancellation) is { Length: > 0 } path && File.Exists(path) ? path : null;
    }
}
