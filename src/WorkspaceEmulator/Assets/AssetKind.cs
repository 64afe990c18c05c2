using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Assets;

/// <summary>Describes a kind of asset, which is a container of versions. What differs between kinds is here.</summary>
/// <param name="Segment">Its segment of the path, such as <c>environments</c>.</param>
/// <param name="Noun">Its name at the start of a message, and of the operations in the OpenAPI files.</param>
/// <param name="FixedMembers">Members of a version that no second PUT may change.</param>
internal sealed record AssetKind(string Segment, string Noun, IReadOnlyList<string> FixedMembers)
{
    public static readonly AssetKind Environments = new("environments", "Environment", ["image", "build", "condaFile", "osType"])
    {
        Fault = EnvironmentBuild.Fault,
        Defaults = { ["osType"] = "Linux", ["autoRebuild"] = "Disabled" },
        Computed = { ["environmentType"] = "UserCreated", ["provisioningState"] = "Succeeded" },
        Remark =
            "Image and build of a version never change: 409. The docker runtime pulls or builds the image when a job needs it. The process "
            + "runtime does neither.",
    };

    public static readonly AssetKind Models = new("models", "Model", ["modelUri", "modelType"])
    {
        Defaults = { ["flavors"] = new JsonObject() },
        Computed = { ["provisioningState"] = "Succeeded" },
        Remark = "Address and type of a version never change: 409. A job that has the model as an input follows the address.",
    };

    public static readonly AssetKind Data = new("data", "Data", ["dataUri", "dataType"])
    {
        Fault = version =>
            Missing(version, "dataType", "uri_file, uri_folder or mltable") ?? Missing(version, "dataUri", "the address of the data"),
        SharedMember = "dataType",
        Remark = "Address and type of a version never change: 409. A job that has the data as an input follows the address.",
    };

    public static readonly AssetKind Codes = new("codes", "Code", ["codeUri"])
    {
        Computed = { ["provisioningState"] = "Succeeded" },
        Remark = "The address of a version never changes: 409. A job copies it to its working folder.",
    };

    public static readonly AssetKind Components = new("components", "Component", ["componentSpec"])
    {
        Fault = version =>
            version.Object("componentSpec") is null
                ? "properties.componentSpec is missing; it must be the definition of the component."
                : null,
        Computed = { ["provisioningState"] = "Succeeded" },
        Remark = "The definition of a version never changes: 409.",
    };

    public static readonly IReadOnlyList<AssetKind> All = [Environments, Models, Data, Codes, Components];

    /// <summary>Gets the check of a version's properties, which returns what is wrong or null.</summary>
    public Func<JsonObject, string?> Fault { get; init; } = _ => null;

    /// <summary>Gets the members of a version whose PUT omits them.</summary>
    public JsonObject Defaults { get; } = [];

    /// <summary>Gets the members of a version that only the service sets.</summary>
    public JsonObject Computed { get; } = [];

    /// <summary>Gets the member that a container takes from its first version; null for none.</summary>
    public string? SharedMember { get; init; }

    /// <summary>Gets the remark for PUT of a version in the table of operations.</summary>
    public required string Remark { get; init; }

    private static string? Missing(JsonObject version, string member, string rule) =>
        version.Text(member) is { } text && ResourceNames.Required().IsMatch(text)
            ? null
            : $"properties.{member} is missing; it must be {rule}.";
}
