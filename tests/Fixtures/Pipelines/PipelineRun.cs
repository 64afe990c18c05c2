using System.Text.Json.Nodes;
using Fixtures.Checkouts;

namespace Fixtures.Pipelines;

/// <summary>
/// Runs the jobs of one event as a platform does: in order, each on its own machine with its checkout and artifacts. The script steps run
/// unchanged, with the variables that the platform sets.
/// </summary>
public abstract class PipelineRun(PipelineCheckout checkout, string token)
{
    private readonly string store = Directory.CreateTempSubdirectory("artifacts-").FullName;
    private readonly List<string> finished = [];

    /// <summary>The steps that ran, in order.</summary>
    public IList<StepResult> Steps { get; } = [];

    /// <summary>The jobs that ran, in order.</summary>
    public IReadOnlyList<string> Jobs => finished;

    /// <summary>Further arguments of steps.mjs.</summary>
    public IList<string> Arguments { get; } = [];

    /// <summary>Variables of the platform that a test sets, such as the address of its servers.</summary>
    public IDictionary<string, string> Variables { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Names of steps that are skipped, because they serve other purposes.</summary>
    public ISet<string> LeftOut { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Called before each job.</summary>
    public Func<string, Task>? BeforeJob { get; set; }

    /// <summary>The summary that the platform shows for the run.</summary>
    public string Summary { get; protected set; } = "";

    protected PipelineCheckout Checkout { get; } = checkout;

    /// <summary>The folder for the files that the platform creates.</summary>
    protected string Folder => Path.Combine(Checkout.Agent, "run");

    /// <summary>Runs every job that runs.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            var jobs = (await ReadAsync())["jobs"]!.AsArray();
            if (jobs.FirstOrDefault(job => !finished.Contains(KeyOf(job!), StringComparer.Ordinal)) is not { } next)
                break;
            var key = KeyOf(next);
            if (BeforeJob is not null)
                await BeforeJob(key);
            await RunJobAsync(key);
            finished.Add(key);
        }

        Directory.Delete(store, recursive: true);
    }

    /// <summary>Returns the outputs of the steps with a name.</summary>
    public StepResult Step(string name) => Steps.Last(step => step.Name == name);

    protected abstract string Platform { get; }

    /// <summary>The results of the jobs, in the form that steps.mjs reads.</summary>
    protected abstract JsonNode Results { get; }

    /// <summary>The job's name among the results.</summary>
    protected abstract string KeyOf(JsonNode job);

    /// <summary>Prepares a step, before its script.</summary>
    protected abstract void Begin(JsonNode step);

    /// <summary>Takes the outputs of a step that ran.</summary>
    protected abstract void Take(string job, JsonNode step, StepResult result);

    /// <summary>Carries out a step without a script.</summary>
    protected abstract Task DoAsync(JsonNode step);

    /// <summary>Whether a step runs though an earlier one failed.</summary>
    protected abstract bool RunsAfterFailure(string? condition);

    /// <summary>Ends a job.</summary>
    protected abstract void End(string job, bool hasFailed);

    protected string Artifact(string name) => Path.Combine(store, name);

    protected Task<JsonNode> ReadAsync() =>
        PipelineFiles.ReadAsync([
            $"--platform={Platform}",
            $"--folder={Folder}",
            $"--workspace={Checkout.Root}",
            $"--results={Results.ToJsonString()}",
            .. Arguments,
        ]);

    protected static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(to);
            File.Copy(from, Path.Combine(to, Path.GetFileName(from)), overwrite: true);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }

    private async Task RunJobAsync(string key)
    {
        var hasFailed = false;
        var read = await ReadAsync();
        for (var index = 0; ; index++)
        {
            var job = read["jobs"]!.AsArray().Single(one => KeyOf(one!) == key)!;
            var steps = job["steps"]!.AsArray();
            if (index == steps.Count)
                break;
            var step = steps[index]!;
            var runs = (bool?)step["runs"] != false && (!hasFailed || RunsAfterFailure((string?)step["condition"]));
            if (!runs || LeftOut.Contains((string)step["name"]!))
                continue;
            if (step["script"] is null)
            {
                await DoAsync(step);
                continue;
            }

            var result = await RunStepAsync(key, step, read["variables"]!.AsObject());
            Steps.Add(result);
            Take(key, step, result);
            // On GitHub this also empties the files of the step, as a runner does.
            read = await ReadAsync();
            hasFailed |= result.ExitCode != 0;
        }

        End(key, hasFailed);
    }

    private async Task<StepResult> RunStepAsync(string job, JsonNode step, JsonObject platform)
    {
        Begin(step);
        var variables = new Dictionary<string, string>(Checkout.Variables, StringComparer.Ordinal);
        foreach (var (name, value) in platform)
            variables[name] = (string)value!;
        foreach (var (name, value) in Variables)
            variables[name] = value;
        foreach (var (name, value) in step["env"]!.AsObject())
        {
            variables[name] = ((string)value!)
                .Replace("$(System.AccessToken)", token, StringComparison.Ordinal)
                .Replace("$(GITHUB_TOKEN)", token, StringComparison.Ordinal);
        }

        using var run = new HostRun(
            "bash",
            ["--noprofile", "--norc", "-eo", "pipefail", "-c", (string)step["script"]!],
            Checkout.Root,
            [.. variables.Select(pair => (pair.Key, pair.Value))]
        );
        await run.EndAsync();
        Assert.DoesNotContain(token, run.Output, StringComparison.Ordinal);
        return new(job, (string)step["name"]!, run.ExitCode, run.Output);
    }
}
