using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Assets;

/// <summary>A kind of asset: a container of versions, each of which keeps what it stands for. What differs from kind to kind is here.</summary>
/// <param name="Segment">Its part of the path, such as <c>environments</c>.</param>
/// <param name="Noun">Its name at the start of a message, and of the operations in the OpenAPI files.</param>
/// <param name="FixedMembers">Members of a version that no second PUT may change.</param>
internal sealed record AssetKind(string Segment, string Noun, IReadOnlyList<string> FixedMembers)
{
    public static readonly AssetKind Environments = new("environments", "Environment", ["image", "build", "condaFile", "osType"])
    {
        Fault = version =>
            version.Text("image") is not { Length: > 0 } && version.Object("build") is null
                ? "properties.image is missing; an environment must have image or build."
                : null,
        Defaults = { ["osType"] = "Linux", ["autoRebuild"] = "Disabled" },
        Computed = { ["environmentType"] = "UserCreated", ["provisioningState"] = "Succeeded" },
        Remark =
            "Image and build of a version never change: 409. The docker runtime pulls the image when a job needs it, the process runtime never.",
    };

    public static readonly AssetKind Models = new("models", "Model", ["modelUri", "modelType"])
    {
        Computed = { ["provisioningState"] = "Succeeded" },
        Remark = "Address and type of a version never change: 409. The address is not followed.",
    };

    public static readonly AssetKind Data = new("data", "Data", ["dataUri", "dataType"])
    {
        Fault = version =>
            Missing(version, "dataType", "uri_file, uri_folder or mltable") ?? Missing(version, "dataUri", "the address of the data"),
        SharedMember = "dataType",
        Remark = "Address and type of a version never change: 409. The address is not followed.",
    };

    public static readonly AssetKind Codes = new("codes", "Code", ["codeUri"])
    {
        Computed = { ["provisioningState"] = "Succeeded" },
        Remark = "The address of a version never changes: 409. Jobs do not use it.",
    };

    public static readonly IReadOnlyList<AssetKind> All = [Environments, Models, Data, Codes];

    /// <summary>What is wrong with the properties of a version; null when nothing is.</summary>
    public Func<JsonObject, string?> Fault { get; init; } = _ => null;

    /// <summary>Members a version has when its PUT names none.</summary>
    public JsonObject Defaults { get; } = [];

    /// <summary>Members of a version that the service alone decides.</summary>
    public JsonObject Computed { get; } = [];

    /// <summary>Member that a container takes from its first version; null when there is none.</summary>
    public string? SharedMember { get; init; }

    /// <summary>Remark of the versions' PUT in the table of operations.</summary>
    public required string Remark { get; init; }

    private static string? Missing(JsonObject version, string member, string rule) =>
        version.Text(member) is { } text && ResourceNames.Required().IsMatch(text)
            ? null
            : $"properties.{member} is missing; it must be {rule}.";
}
