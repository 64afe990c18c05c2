using System.Text.RegularExpressions;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Jobs;

/// <summary>Describes a command job: the part of its PUT that no later request changes.</summary>
/// <param name="Command">The shell command, with its expressions <c>${{inputs.x}}</c> and <c>${{outputs.x}}</c>.</param>
/// <param name="Environment">The environment version, as it is stored: <c>NAME/VERSION</c>.</param>
/// <param name="ComputeName">The cluster.</param>
/// <param name="InstanceCount">Nodes the job needs; at least 1.</param>
/// <param name="SharedMemory">Bytes of shared memory (<c>/dev/shm</c>).</param>
/// <param name="Timeout">Longest time from the first start to the end; null for no limit.</param>
/// <param name="EnvironmentVariables">Environment variables of the command.</param>
/// <param name="Inputs">Inputs by name.</param>
/// <param name="Outputs">Outputs by name.</param>
internal sealed partial record CommandJob(
    string Command,
    string Environment,
    string ComputeName,
    int InstanceCount,
    long SharedMemory,
    TimeSpan? Timeout,
    IReadOnlyDictionary<string, string> EnvironmentVariables,
    IReadOnlyDictionary<string, JobInput> Inputs,
    IReadOnlyDictionary<string, JobOutput> Outputs
)
{
    /// <summary>Gets whether several processes run the command, each with its place among them (distribution PyTorch).</summary>
    public bool IsDistributed { get; init; }

    /// <summary>Gets the processes on each node; at least 1.</summary>
    public int ProcessesPerInstance { get; init; } = 1;

    /// <summary>The <c>jobType</c> of command jobs.</summary>
    public const string Type = "Command";

    /// <summary>Matches an expression of a command, with the groups <c>kind</c> (inputs or outputs) and <c>name</c>.</summary>
    [GeneratedRegex(
        @"\$\{\{\s*(?<kind>[a-z_]+)\.(?<name>[A-Za-z0-9_]+)\s*\}\}",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    public static partial Regex Expression();

    /// <summary>Gets the moment at which the job's time is up; null when it has no limit or has not started.</summary>
    /// <param name="startedAt">First start of the job. A later attempt gets no time of its own.</param>
    public DateTimeOffset? Deadline(DateTimeOffset? startedAt) => Timeout is { } timeout ? startedAt?.After(timeout) : null;
}
