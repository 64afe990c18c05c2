using System.Text.Json;
using System.Text.Json.Nodes;
using Build.LocalRuntime;
using Cake.Common;
using Cake.Core;
using Cake.Frosting;

namespace Build.Tasks;

/// <summary>Runs a benchmark of <c>bench/</c>: a program that times ours against a peer in the same go and ends with one JSON object.</summary>
[TaskName("Bench")]
[TaskDescription("Runs a benchmark and prints its figures as one JSON object on the last line")]
[TaskArgument("name", "NAME", "the benchmark: a file of bench/ without its ending, or all (default)")]
[TaskExample("--target=Bench --name=start", "time from the command to the host's first line")]
public sealed class BenchTask(PythonRuntime runtime, ClosingLine closing) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var names = Directory
            .EnumerateFiles(Path.Combine(context.Root, "bench"), "*.py")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal)
            .ToList();
        var name = context.Argument("name", "all");
        if (name != "all" && !names.Contains(name, StringComparer.Ordinal))
            throw new CakeException($"--name is \"{name}\"; it must be one of {string.Join(", ", names)} or all.");

        var python = await runtime.EnsureAsync(context);
        var figures = new List<JsonNode>();
        foreach (var benchmark in name == "all" ? names : [name])
            figures.Add(await RunAsync(context, python, benchmark));
        closing.Text =
            name == "all"
                ? new JsonObject { ["name"] = "all", ["benchmarks"] = new JsonArray([.. figures]) }.ToJsonString()
                : figures[0].ToJsonString();
    }

    private static async Task<JsonNode> RunAsync(BuildContext context, PythonInterpreter python, string name)
    {
        context.Say($"Benchmark {name}:");
        var last = "";
        var program = new ChildProcess(python.Path, ["-u", Path.Combine(context.Root, "bench", name + ".py")], context.Root);
        var exitCode = await program.RunAsync(
            line =>
            {
                if (line.Length > 0)
                    last = line;
                context.Say(line);
            },
            context.Cancellation
        );
        if (exitCode != 0)
            throw new CakeException(exitCode, $"The benchmark {name} ended with exit code {exitCode}.");
        try
        {
            return JsonNode.Parse(last) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw new CakeException($"The benchmark {name} ended with \"{last}\"; its last line must be one JSON object.", exception);
        }
    }
}
