using System.Text.Json.Nodes;
using WorkspaceEmulator.Assets;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Storage;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.References;

/// <summary>
/// Finds what a new job needs and the emulator does not have, so that its PUT is refused and no job runs without it. It also replaces
/// references by ARM ids, as the service does.
/// </summary>
internal static class JobNeeds
{
    private static readonly string[] InputModes = ["ReadOnlyMount", "ReadWriteMount", "Download", "Direct", .. MlTable.Modes];
    private static readonly string[] DockerArguments = ["dockerArgs", "dockerArgsList"];
    private static readonly string[] OutputModes = ["ReadWriteMount", "Upload", "Direct"];

    /// <summary>Returns what the emulator does not have, as a message says it; null when it has everything.</summary>
    public static string? Missing(JsonObject properties, Workspace workspace)
    {
        if (properties["distribution"] is JsonObject distribution && distribution.Text("distributionType") != CommandJobReader.PyTorch)
            return $"a job with properties.distribution ({distribution.Text("distributionType")})";
        if (properties.Object("services") is { Count: > 0 })
            return "a job with properties.services";
        if (properties.Object("identity").Text("identityType") is { } identity and not "AMLToken")
            return $"a job with properties.identity ({identity})";
        var resources = properties.Object("resources");
        if (DockerArguments.FirstOrDefault(member => HasAny(resources?[member])) is { } member)
            return $"a job with properties.resources.{member}";
        if (properties.Text("computeId") is null)
            return "a job without properties.computeId (serverless compute)";
        // The word alone: a cluster of that name has an ARM id.
        if (properties.Text("computeId") == "local")
            return "a job on the local computer (properties.computeId 'local')";
        return MissingEnvironment(properties, workspace)
            ?? MissingCode(properties, workspace)
            ?? MissingInput(properties, workspace)
            ?? MissingOutput(properties, workspace);
    }

    /// <summary>Replaces the references of a job to its environment and code by the ARM ids of their versions.</summary>
    public static void Resolve(JsonObject properties, Workspace workspace)
    {
        foreach (var (member, kind) in new[] { ("environmentId", AssetKind.Environments), ("codeId", AssetKind.Codes) })
        {
            if (
                properties.Text(member) is { } text
                && AssetReference.Parse(text) is { } reference
                && reference.IsIn(workspace.Name)
                && AssetPlaces.Find(workspace, kind, reference).Version is { } version
                && version.Name.Split('/') is [var name, var number]
            )
            {
                properties[member] = $"{workspace.ArmId}/{kind.Segment}/{name}/versions/{number}";
            }
        }
    }

    /// <summary>Finds the version of a job's code.</summary>
    /// <returns>Either the version or why it is missing; neither when the job has no code.</returns>
    public static (ArmDocument? Code, string? Fault) FindCode(JsonObject properties, Workspace workspace)
    {
        if (properties.Text("codeId") is not { } id)
            return (null, null);
        return AssetReference.Parse(id) is { } reference && reference.IsIn(workspace.Name)
            ? AssetPlaces.Find(workspace, AssetKind.Codes, reference)
            : (null, $"properties.codeId is '{id}'; it must be the ARM id of a code version of workspace '{workspace.Name.Name}'.");
    }

    /// <summary>Returns what is wrong with the registered assets that a job names; null for nothing.</summary>
    public static string? Fault(JsonObject properties, Workspace workspace)
    {
        if (FindCode(properties, workspace) is { Fault: { } fault })
            return fault;
        foreach (var (name, input) in properties.Object("inputs") ?? [])
        {
            if (AddressOf(input) is not { } address || DatastoreUri.IsOne(address))
                continue; // Whoever reads the job checks paths in datastores.
            if (AssetPlaces.Locate(workspace, address, input.Text("jobInputType")) is { Fault: { } wrong, IsForeign: false })
                return $"properties.inputs.{name}.uri: {wrong}";
        }

        return null;
    }

    private static string? MissingEnvironment(JsonObject properties, Workspace workspace)
    {
        if (properties.Text("environmentId") is not { } id)
            return null;
        if (id.StartsWith("azureml://registries/", StringComparison.OrdinalIgnoreCase))
            return $"an environment of a registry ('{id}')";
        if (AssetReference.Parse(id) is not { } reference)
            return null;
        if (AssetPlaces.Find(workspace, AssetKind.Environments, reference).Version is { } version)
            return MissingBuild(version, workspace);
        // Curated environments are in every workspace of Azure, under this prefix.
        return reference.Name.StartsWith("AzureML-", StringComparison.OrdinalIgnoreCase)
            ? $"the curated environment '{reference.Name}'"
            : null;
    }

    private static string? MissingBuild(ArmDocument version, Workspace workspace)
    {
        if (EnvironmentBuild.Of(version.Body) is not { } build)
            return null;
        var member = build.ContextAddress is null ? "condaFile" : "build";
        if (!workspace.RunsContainers)
        {
            return $"a job whose environment ('{version.Name}') has properties.{member}, without a Docker engine that builds its image "
                + "(--runtime=docker),";
        }

        return build.ContextAddress is { } address && AssetPlaces.Locate(workspace, address, null) is { Fault: { } fault, IsForeign: true }
            ? $"a job whose environment ('{version.Name}') has a build context outside of the workspace's storage, {fault},"
            : null;
    }

    private static string? MissingCode(JsonObject properties, Workspace workspace)
    {
        if (properties.Text("codeId") is { } id && id.StartsWith("git", StringComparison.OrdinalIgnoreCase))
            return $"code of a repository ('{id}')";
        return
            FindCode(properties, workspace).Code?.Body.Text("codeUri") is { } address
            && AssetPlaces.Locate(workspace, address, null) is { Fault: { } fault, IsForeign: true }
            ? $"code whose address is {fault}"
            : null;
    }

    private static string? MissingInput(JsonObject properties, Workspace workspace)
    {
        foreach (var (name, input) in properties.Object("inputs") ?? [])
        {
            if (AddressOf(input) is not { } address)
                continue;
            if (input.Text("mode") is { } mode && !InputModes.Contains(mode, StringComparer.Ordinal))
                return $"the mode {mode} of properties.inputs.{name}";
            if (input.Text("pathOnCompute") is not null && !workspace.RunsContainers)
                return $"properties.inputs.{name}.pathOnCompute without a container (--runtime=docker)";
            if (address.StartsWith("azureml://registries/", StringComparison.OrdinalIgnoreCase))
                return $"an asset of a registry (properties.inputs.{name}.uri is '{address}')";
            if (input.Text("mode") == "ReadWriteMount" && WriteRefusal(address, workspace) is { } refusal)
                return $"a writable input in {refusal} (properties.inputs.{name}),";
            if (
                input.Text("mode") != "Direct"
                && StoreOf(address, workspace) is { } store
                && store.Text("protocol") != "file"
                && store.Text("datastoreType") != "AzureBlob"
            )
            {
                return $"an input of a datastore of type {store.Text("datastoreType")} (properties.inputs.{name})";
            }

            if (
                input.Text("mode") != "Direct"
                && !DatastoreUri.IsOne(address)
                && AssetPlaces.Locate(workspace, address, input.Text("jobInputType")) is { Fault: { } fault, IsForeign: true }
            )
            {
                return $"the address of properties.inputs.{name}, {fault}";
            }

            if (
                MlTable.Modes.Contains(input.Text("mode"), StringComparer.Ordinal)
                && input.Text("jobInputType") == MlTable.InputType
                && AssetPlaces.Locate(workspace, address, MlTable.InputType).Place is { } place
                && MlTable.Refusal(place, workspace) is { } table
            )
            {
                return $"the mode {input.Text("mode")} of properties.inputs.{name}, whose MLTable {table},";
            }
        }

        return null;
    }

    private static string? MissingOutput(JsonObject properties, Workspace workspace)
    {
        foreach (var (name, output) in properties.Object("outputs") ?? [])
        {
            if (output.Text("mode") is { } mode && !OutputModes.Contains(mode, StringComparer.Ordinal))
                return $"the mode {mode} of properties.outputs.{name}";
            if (output.Text("pathOnCompute") is not null && !workspace.RunsContainers)
                return $"properties.outputs.{name}.pathOnCompute without a container (--runtime=docker)";
            if (output.Text("mode") != "Direct" && WriteRefusal(output.Text("uri"), workspace) is { } refusal)
                return $"an output in {refusal} (properties.outputs.{name}),";
        }

        return null;
    }

    private static string? WriteRefusal(string? address, Workspace workspace) =>
        StoreOf(address, workspace) is { } store && store.Text("protocol") != "file" ? DatastoreContainer.WriteRefusal(store) : null;

    private static JsonObject? StoreOf(string? address, Workspace workspace) =>
        address is not null && DatastoreUri.Parse(address, null).Place is { } place
            ? workspace.Datastores.Find(place.Datastore)?.Body
            : null;

    private static bool HasAny(JsonNode? value) => value is JsonArray { Count: > 0 } || value?.ToString() is { Length: > 0 } and not "[]";

    private static string? AddressOf(JsonNode? input) => input.Text("jobInputType") == "literal" ? null : input.Text("uri");
}
