using System.Text.Json;
using System.Text.Json.Nodes;
using Build.CommandLine;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;

namespace Build.Testing;

/// <summary>
/// Runs the benchmarks of <c>bench/</c>. Each is a program that times this project against a peer in one run, and ends with one JSON
/// object.
/// </summary>
public sealed class Benchmarks(CommandArguments arguments, PythonRuntime python, IProcesses processes, FinalOutput output)
{
    /// <summary>Runs the benchmark that <c>--name</c> selects, or all.</summary>
    /// <exception cref="CakeException">The benchmark does not exist or failed.</exception>
    public async Task RunAsync(BuildContext context)
    {
        var names = Select(context, arguments.Get(BenchArguments.Name));
        var interpreter = await python.EnsureAsync(context);
        var figures = new List<JsonNode>();
        foreach (var name in names)
            figures.Add(await RunAsync(context, interpreter, name));
        output.Text =
            arguments.Get(BenchArguments.Name) == BenchArguments.All
                ? new JsonObject { ["name"] = BenchArguments.All, ["benchmarks"] = new JsonArray([.. figures]) }.ToJsonString()
                : figures[0].ToJsonString();
    }

    private static List<string> Select(BuildContext context, string name)
    {
        var names = Directory
            .EnumerateFiles(Path.Combine(context.Root, "bench"), "*.py")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal)
            .ToList();
        return name == BenchArguments.All ? names
            : names.Contains(name, StringComparer.Ordinal) ? [name]
            : throw new CakeException($"--name is \"{name}\"; it must be one of {string.Join(", ", names)} or all.");
    }

    private async Task<JsonNode> RunAsync(BuildContext context, PythonInterpreter interpreter, string name)
    {
        context.Say($"Benchmark {name}:");
        var last = "";
        var program = new ChildProcess(interpreter.Path, ["-u", Path.Combine(context.Root, "bench", name + ".py")], context.Root);
        void Take(string line)
        {
            if (line.Length > 0)
                last = line;
            context.Say(line);
        }

        var exitCode = await processes.RunAsync(program, Take, context.Cancellation);
        if (exitCode != 0)
            throw new CakeException(exitCode, $"The benchmark {name} exited with code {exitCode}.");
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
