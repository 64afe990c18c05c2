using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Jobs;

/// <summary>Reads and validates the <c>properties</c> of a command job. It reports the first fault, as Azure does.</summary>
internal sealed partial class CommandJobReader
{
    /// <summary>The only distribution that is emulated.</summary>
    public const string PyTorch = "PyTorch";

    private const int MostProcesses = 64; // of a node; the largest has 8 GPUs
    private const string DefaultSharedMemory = "2g";
    private const int LongestArgument = (128 * 1024) - 1;

    private static readonly string[] ReservedPaths = ["/proc", "/sys", "/dev", "/mnt/azureml"];

    private readonly JsonObject properties;
    private readonly IJobReferences? references;
    private string? fault;

    [GeneratedRegex(@"^(/(?!\.\.?(/|\z))[A-Za-z0-9._-]+)+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ComputePath();

    private CommandJobReader(JsonObject properties, IJobReferences? references)
    {
        this.properties = properties;
        this.references = references;
    }

    /// <summary>Reads a job that is about to be stored.</summary>
    /// <param name="properties">The <c>properties</c> of its PUT.</param>
    /// <param name="references">The workspace that must have what the job refers to.</param>
    /// <returns>Either the job or the first thing wrong with it.</returns>
    public static (CommandJob? Job, string? Fault) Read(JsonObject properties, IJobReferences references)
    {
        var reader = new CommandJobReader(properties, references);
        var job = reader.Read();
        return reader.fault is null ? (job, null) : (null, reader.fault);
    }

    /// <summary>Reads a job that was stored. What it refers to may have been deleted since.</summary>
    /// <exception cref="FormatException">It is not a job that <see cref="Read(JsonObject, IJobReferences)"/> accepts.</exception>
    public static CommandJob ReadStored(JsonObject definition)
    {
        var reader = new CommandJobReader(definition, null);
        var job = reader.Read();
        return reader.fault is null ? job : throw new FormatException(reader.fault);
    }

    private CommandJob Read()
    {
        var command = ReadRequired("command");
        CheckArgument("properties.command", command);
        var environmentId = ReadRequired("environmentId");
        var (compute, instances) = ReadCompute();
        var environment = ReadEnvironment(environmentId);
        var variables = ReadVariables();
        var inputs = ReadInputs();
        var outputs = ReadOutputs();
        CheckExpressions(command);
        var timeout = ReadTimeout();
        var memory = ReadSharedMemory();
        var processes = ReadProcesses();
        return new(command, environment, compute, instances, memory, timeout, variables, inputs, outputs)
        {
            IsDistributed = properties.Object("distribution") is not null,
            ProcessesPerInstance = processes,
        };
    }

    private string ReadRequired(string member)
    {
        if (properties.Text(member) is { } text && ResourceNames.Required().IsMatch(text))
            return text;
        Add($"properties.{member} is missing; a command job must have it.");
        return "";
    }

    // computeId is an ARM id or a bare name.
    private (string Name, int Instances) ReadCompute()
    {
        var instances = properties.Object("resources").Integer("instanceCount") ?? 1;
        if (properties.Text("computeId") is not { } id || id.Split('/') is not [.., { Length: > 0 } name])
        {
            Add("properties.computeId is missing; it must name a cluster, as serverless compute is not emulated.");
            return ("", 0);
        }

        if (references is null)
            return (name, (int)Math.Clamp(instances, 1, int.MaxValue));
        if (!IsLocal(id) || references.MaxNodesOf(name) is not { } maximum)
        {
            Add($"properties.computeId is '{id}'; workspace '{references.Name.Name}' has no compute '{name}'.");
        }
        else if (instances < 1 || instances > maximum)
        {
            Add($"properties.resources.instanceCount is {instances}; it must be from 1 to {maximum}, the most nodes of compute '{name}'.");
        }

        return (name, (int)Math.Clamp(instances, 0, int.MaxValue));
    }

    private string ReadEnvironment(string id)
    {
        var path = id.StartsWith("azureml:", StringComparison.Ordinal) ? id["azureml:".Length..] : id;
        var key = path.Split('/') is [.., "environments", var name, "versions", var version] ? $"{name}/{version}" : null;
        if (key is not null && (references is null || (IsLocal(path) && references.HasEnvironmentVersion(key))))
            return key;
        Add($"properties.environmentId is '{id}'; it must be the ARM id of an environment version{OfWorkspace()}.");
        return "";
    }

    private Dictionary<string, string> ReadVariables()
    {
        foreach (var (name, _) in properties.Object("environmentVariables") ?? [])
            CheckName("environmentVariables", name);
        var variables = properties.Texts("environmentVariables");
        foreach (var (name, value) in variables)
            CheckArgument($"properties.environmentVariables.{name}", $"{name}={value}");
        return variables;
    }

    private Dictionary<string, JobInput> ReadInputs()
    {
        var inputs = new Dictionary<string, JobInput>(StringComparer.Ordinal);
        foreach (var (name, input) in properties.Object("inputs") ?? [])
        {
            CheckName("inputs", name);
            var at = $"properties.inputs.{name}";
            var kind =
                input.Text("jobInputType") == "literal" ? JobInputKind.Literal
                : input.Text("mode") == "Direct" ? JobInputKind.Address
                : JobInputKind.Mount;
            var member = kind == JobInputKind.Literal ? "value" : "uri";
            if (input.Text("jobInputType") is null)
                Add($"{at}.jobInputType is missing.");
            if (input.Text(member) is not { } value || !ResourceNames.Required().IsMatch(value))
            {
                Add($"{at}.{member} is missing.");
                continue;
            }

            CheckArgument($"{at}.{member}", value);
            // Anything else is looked up when the job starts; JobNeeds has checked that it can be.
            var place = kind == JobInputKind.Mount && DatastoreUri.IsOne(value) ? ReadPlace(value, at) : null;
            inputs[name] = new(kind, value, place, input.Text("mode") == "ReadWriteMount")
            {
                PathOnCompute = ReadPath(input, at),
                IsEvaluated = ReadIsEvaluated(input, at),
            };
        }

        return inputs;
    }

    private Dictionary<string, JobOutput> ReadOutputs()
    {
        var outputs = new Dictionary<string, JobOutput>(StringComparer.Ordinal);
        foreach (var (name, output) in properties.Object("outputs") ?? [])
        {
            CheckName("outputs", name);
            var at = $"properties.outputs.{name}";
            if (output.Text("jobOutputType") is null)
                Add($"{at}.jobOutputType is missing.");
            var place = output.Text("uri") is { } uri ? ReadPlace(uri, at) : null;
            outputs[name] = new(place, output.Text("jobOutputType") == "uri_file")
            {
                IsUploaded = output.Text("mode") == "Upload",
                IsAddress = output.Text("mode") == "Direct",
                PathOnCompute = ReadPath(output, at),
            };
        }

        return outputs;
    }

    private bool ReadIsEvaluated(JsonNode? input, string at)
    {
        if (input.Text("mode") is not ("EvalMount" or "EvalDownload"))
            return false;
        if (input.Text("jobInputType") is var type && type != "mltable")
            Add($"{at}.mode is {input.Text("mode")}, and {at}.jobInputType is {type}; only a table (mltable) can be evaluated.");
        return true;
    }

    private string? ReadPath(JsonNode? given, string at)
    {
        if (given.Text("pathOnCompute")?.TrimEnd('/') is not { } path)
            return null;
        // The working folder and what else the emulator mounts are below the last one.
        if (!ComputePath().IsMatch(path) || ReservedPaths.Any(reserved => IsBelow(path, reserved) || IsBelow(reserved, path)))
            Add($"{at}.pathOnCompute is '{path}'; it must be an absolute path of a folder outside of {string.Join(", ", ReservedPaths)}.");
        return path;

        static bool IsBelow(string path, string folder) => $"{path}/".StartsWith($"{folder}/", StringComparison.Ordinal);
    }

    private DatastoreUri? ReadPlace(string uri, string at)
    {
        var (place, wrong) = DatastoreUri.Parse(uri, references);
        if (wrong is not null)
            Add($"{at}.uri: {wrong}");
        return place;
    }

    private void CheckExpressions(string command)
    {
        foreach (Match match in CommandJob.Expression().Matches(command))
        {
            var (kind, name) = (match.Groups["kind"].Value, match.Groups["name"].Value);
            if (kind is not ("inputs" or "outputs") || properties.Object(kind)?.ContainsKey(name) != true)
                Add($"properties.command refers to {match.Value}, which the job does not define.");
        }
    }

    private TimeSpan? ReadTimeout()
    {
        if (properties.Object("limits").Text("timeout") is not { } text)
            return null;
        var (timeout, wrong) = Durations.Read(text, "properties.limits.timeout");
        if (wrong is not null)
            Add(wrong);
        if (timeout == TimeSpan.Zero)
            Add($"properties.limits.timeout is '{text}'; it must be longer than zero.");
        return timeout;
    }

    private int ReadProcesses()
    {
        if (properties.Object("distribution") is not { } distribution)
            return 1;
        if (distribution.Text("distributionType") != PyTorch)
            Add($"properties.distribution.distributionType is '{distribution.Text("distributionType")}'; it must be {PyTorch}.");
        var count = distribution.Integer("processCountPerInstance") ?? 1;
        if (count is < 1 or > MostProcesses)
            Add($"properties.distribution.processCountPerInstance is {count}; it must be from 1 to {MostProcesses}.");
        return (int)Math.Clamp(count, 1, MostProcesses);
    }

    private long ReadSharedMemory()
    {
        var text = properties.Object("resources").Text("shmSize") ?? DefaultSharedMemory;
        if (!ByteSize.TryParse(text, out var bytes) || bytes == 0)
        {
            Add($"properties.resources.shmSize is '{text}'; it must be a whole number with the unit b, k, m or g, such as 2g.");
        }

        return bytes;
    }

    private void CheckName(string member, string name)
    {
        if (!ResourceNames.Variable().IsMatch(name))
            Add($"properties.{member} has '{name}'; a name must match {ResourceNames.Shown(ResourceNames.Variable())}.");
    }

    // A value with which the kernel refuses to start a process would otherwise fail the job only at its start.
    private void CheckArgument(string at, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            Add($"{at} holds a zero character; it must hold none.");
        else if (Encoding.UTF8.GetByteCount(text) is var length && length > LongestArgument)
            Add($"{at} has {length} bytes; it must have at most {LongestArgument}, the most that Linux passes to a process.");
    }

    // A reference to another workspace cannot be followed.
    private bool IsLocal(string id) =>
        !id.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase)
        || id.StartsWith($"{references!.Name.ArmId}/", StringComparison.OrdinalIgnoreCase);

    private string OfWorkspace() => references is null ? "" : $" of workspace '{references.Name.Name}'";

    private void Add(string text) => fault ??= text;
}
