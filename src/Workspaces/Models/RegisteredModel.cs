using System.Text.Json.Serialization;
using Experiments.Records;
using Workspaces.Connection;

namespace Workspaces.Models;

/// <summary>The version of a model that a job has in the workspace.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">The version.</param>
/// <param name="Id">ARM id.</param>
/// <param name="Type">Its type, by Azure ML's name.</param>
/// <param name="Address">The address of its files.</param>
/// <param name="Change">Created, or Unchanged when the job had its version already.</param>
public sealed record RegisteredModel(string Name, string Version, string Id, string Type, string Address, StageChange Change) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "model";

    /// <inheritdoc/>
    public static string Target => "Register-Model";

    /// <inheritdoc/>
    public static JsonSerializerContext? Forms => RegisteredModelJson.Default;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RegisteredModel))]
internal sealed partial class RegisteredModelJson : JsonSerializerContext;
