using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Jobs;

/// <summary>The rules a command job's properties must keep, checked before the job is stored.</summary>
internal static partial class JobRequest
{
    [GeneratedRegex(
        @"\$\{\{\s*(?<kind>[a-z_]+)\.(?<name>[A-Za-z0-9_]+)\s*\}\}",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    public static partial Regex Expression();

    /// <summary>The first thing wrong with a new job; null when there is none.</summary>
    public static string? Fault(JsonObject properties, Workspace workspace)
    {
        foreach (var required in new[] { "command", "environmentId" })
        {
            if (properties.Text(required) is not { } text || !ResourceNames.Required().IsMatch(text))
                return $"properties.{required} is missing; a command job must have it.";
        }

        return ComputeFault(properties, workspace)
            ?? EnvironmentFault(properties.Text("environmentId")!, workspace)
            ?? VariablesFault(properties)
            ?? InputsFault(properties, workspace)
            ?? OutputsFault(properties, workspace)
            ?? ExpressionsFault(properties)
            ?? TimeoutFault(properties)
            ?? SharedMemoryFault(properties);
    }

    /// <summary>The computes's name out of <c>computeId</c>, an ARM id or a bare name.</summary>
    public static string? ComputeName(JsonObject properties) =>
        properties.Text("computeId")?.Split('/') is [.., { Length: > 0 } name] ? name : null;

    /// <summary>Name and version of the environment as they are stored: <c>NAME/VERSION</c>.</summary>
    public static string? EnvironmentKey(string environmentId) =>
        environmentId.Split('/') is [.., "environments", var name, "versions", var version] ? $"{name}/{version}" : null;

    /// <summary>Bytes of shared memory (<c>/dev/shm</c>); 2 GiB unless the job says otherwise.</summary>
    public static long SharedMemory(JsonObject properties) =>
        ByteSize.TryParse(properties.Object("resources").Text("shmSize") ?? "2g", out var bytes) ? bytes : 0;

    public static int InstanceCount(JsonObject properties) => (int)(properties.Object("resources").Integer("instanceCount") ?? 1);

    public static TimeSpan? Timeout(JsonObject properties) =>
        properties.Object("limits").Text("timeout") is { } text ? XmlConvert.ToTimeSpan(text) : null;

    /// <summary>When a job's time is up: its limit counts from its first start, whatever becomes of its nodes. Null when it has no limit or has not started.</summary>
    public static DateTimeOffset? Deadline(RunDocument job) => Timeout(job.Definition!) is { } limit ? job.StartedAt + limit : null;

    private static string? ComputeFault(JsonObject properties, Workspace workspace)
    {
        if (ComputeName(properties) is not { } name)
            return "properties.computeId is missing; it must name a cluster, as serverless compute is not emulated.";
        if (!IsOf(properties.Text("computeId")!, workspace) || !workspace.Clusters.TryGetValue(name, out var cluster))
            return $"properties.computeId is '{properties.Text("computeId")}'; workspace '{workspace.Name.Name}' has no compute '{name}'.";
        var count = InstanceCount(properties);
        return count < 1 || count > cluster.Settings.MaxNodes
            ? $"properties.resources.instanceCount is {count}; it must be from 1 to {cluster.Settings.MaxNodes}, the most nodes of compute '{name}'."
            : null;
    }

    private static string? EnvironmentFault(string id, Workspace workspace)
    {
        var path = id.StartsWith("azureml:", StringComparison.Ordinal) ? id["azureml:".Length..] : id;
        return IsOf(path, workspace) && EnvironmentKey(path) is { } key && workspace.EnvironmentVersions.Find(key) is not null
            ? null
            : $"properties.environmentId is '{id}'; it must be the ARM id of an environment version of workspace '{workspace.Name.Name}'.";
    }

    // A reference to another workspace cannot be followed.
    private static bool IsOf(string id, Workspace workspace) =>
        !id.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase)
        || id.StartsWith($"{workspace.ArmId}/", StringComparison.OrdinalIgnoreCase);

    private static string? VariablesFault(JsonObject properties) =>
        (properties.Object("environmentVariables") ?? [])
            .Select(pair => pair.Key)
            .FirstOrDefault(name => !ResourceNames.Variable().IsMatch(name))
            is { } bad
            ? $"properties.environmentVariables has '{bad}'; a name must match {ResourceNames.Variable()}."
            : null;

    private static string? InputsFault(JsonObject properties, Workspace workspace)
    {
        foreach (var (name, input) in properties.Object("inputs") ?? [])
        {
            var member = input.Text("jobInputType") == "literal" ? "value" : "uri";
            if (!ResourceNames.Variable().IsMatch(name))
                return $"properties.inputs has '{name}'; a name must match {ResourceNames.Variable()}.";
            if (input.Text("jobInputType") is null)
                return $"properties.inputs.{name}.jobInputType is missing.";
            if (input.Text(member) is not { } value || !ResourceNames.Required().IsMatch(value))
                return $"properties.inputs.{name}.{member} is missing.";
            if (member == "uri" && input.Text("mode") != "Direct" && DatastoreUri.Parse(value, workspace).Fault is { } fault)
                return $"properties.inputs.{name}.uri: {fault}";
        }

        return null;
    }

    private static string? OutputsFault(JsonObject properties, Workspace workspace)
    {
        foreach (var (name, output) in properties.Object("outputs") ?? [])
        {
            if (!ResourceNames.Variable().IsMatch(name))
                return $"properties.outputs has '{name}'; a name must match {ResourceNames.Variable()}.";
            if (output.Text("jobOutputType") is null)
                return $"properties.outputs.{name}.jobOutputType is missing.";
            if (output.Text("uri") is { } uri && DatastoreUri.Parse(uri, workspace).Fault is { } fault)
                return $"properties.outputs.{name}.uri: {fault}";
        }

        return null;
    }

    private static string? ExpressionsFault(JsonObject properties)
    {
        foreach (Match match in Expression().Matches(properties.Text("command")!))
        {
            var (kind, name) = (match.Groups["kind"].Value, match.Groups["name"].Value);
            if (kind is not ("inputs" or "outputs") || properties.Object(kind)?.ContainsKey(name) != true)
                return $"properties.command refers to {match.Value}, which the job does not define.";
        }

        return null;
    }

    private static string? SharedMemoryFault(JsonObject properties) =>
        properties.Object("resources").Text("shmSize") is { } text && (!ByteSize.TryParse(text, out var bytes) || bytes == 0)
            ? $"properties.resources.shmSize is '{text}'; it must be a whole number with the unit b, k, m or g, such as 2g."
            : null;

    private static string? TimeoutFault(JsonObject properties)
    {
        if (properties.Object("limits").Text("timeout") is not { } text)
            return null;
        try
        {
            return XmlConvert.ToTimeSpan(text) > TimeSpan.Zero
                ? null
                : $"properties.limits.timeout is '{text}'; it must be longer than nothing.";
        }
        catch (FormatException)
        {
            return $"properties.limits.timeout is '{text}'; it must be an ISO 8601 duration such as PT2H.";
        }
    }
}
