using System.Text.Json;
using System.Text.Json.Nodes;
using Build.LocalRuntime;
using Cake.Core;
using Experiments.Json;
using Experiments.Planning;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Jobs;

namespace Build.Sessions.Replays;

/// <summary>Compares the versions of Python and its packages. An image contains them; a process takes those of this machine.</summary>
public sealed class ReplayedVersions(PythonRuntime python, IProcesses processes)
{
    private const string Passport = "outputs/final_model/passport.json";
    private const long MostBytes = 8 * 1024 * 1024;
    private const string Program =
        "import json; from detection.train.machine import library_versions; print(json.dumps(library_versions()))";

    /// <summary>Compares the versions that the trainer wrote beside the model with those of this machine.</summary>
    /// <returns>Empty when one of them is unknown: a job that did not complete has written none.</returns>
    internal async Task<IReadOnlyList<Difference>> FindAsync(BuildContext context, WorkspaceClient workspace, string job, string folder)
    {
        try
        {
            await new JobArtifacts(workspace).DownloadAsync(job, folder, path => path == Passport, context.Cancellation);
        }
        catch (WorkspaceException error) when (error.Status == 404)
        {
            // A job that never started has no artifacts.
            return [];
        }

        var then = Versions(Path.Combine(folder, Passport));
        if (then.Count == 0 || await ReadAsync(context) is not { } now)
            return [];
        return
        [
            .. now.Where(version => then.TryGetValue(version.Key, out var before) && before != version.Value)
                .Select(version => new Difference($"versions.{version.Key}", Plain(then[version.Key]), Plain(version.Value))),
        ];
    }

    private async Task<IReadOnlyDictionary<string, string>?> ReadAsync(BuildContext context)
    {
        try
        {
            if ((await python.FindAsync(context)).Interpreter is not { } interpreter)
                return null;
            var program = interpreter.Trainer(context.Root) with { Arguments = ["-c", Program] };
            return await processes.TryReadAsync(program, context.Cancellation) is { } text
                ? PlanComparison.ValuesIn(JsonNode.Parse(text.Split('\n')[^1]))
                : null;
        }
        catch (Exception error) when (error is CakeException or JsonException)
        {
            return null;
        }
    }

    private static IReadOnlyDictionary<string, string> Versions(string file)
    {
        if (!File.Exists(file))
            return PlanComparison.ValuesIn(null);
        using var content = File.OpenRead(file);
        var passport = content.Length <= MostBytes ? ForeignJson.Read(content) as JsonObject : null;
        return PlanComparison.ValuesIn(passport?["versions"] as JsonObject);
    }

    private static string Plain(string json) => json.Trim('"');
}
