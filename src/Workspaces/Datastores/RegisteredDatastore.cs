using System.Text.Json.Serialization;
using Experiments.Records;
using Workspaces.Connection;

namespace Workspaces.Datastores;

/// <summary>A registered datastore, as planned.</summary>
/// <param name="Name">Datastore name.</param>
/// <param name="Id">ARM id.</param>
/// <param name="Change">The change that was made.</param>
/// <param name="Differences">The changes, as <c>accountName: a → b</c>, and the values that could not be compared and stayed, marked
/// <c>kept</c>.</param>
public sealed record RegisteredDatastore(string Name, string Id, StageChange Change, IReadOnlyList<string> Differences) : IStageRecord
{
    /// <inheritdoc/>
    public static string Stage => "datastore";

    /// <inheritdoc/>
    public static string Target => "Register-Datastore";

    /// <inheritdoc/>
    public static JsonSerializerContext? Forms => RegisteredDatastoreJson.Default;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RegisteredDatastore))]
internal sealed partial class RegisteredDatastoreJson : JsonSerializerContext;
