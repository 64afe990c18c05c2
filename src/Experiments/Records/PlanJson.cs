using System.Text.Json.Serialization;
using Experiments.Plans;

namespace Experiments.Records;

/// <summary>Writes plans as JSON by generated code; to find their form by reflection would take a tenth of a short run.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ExperimentPlan))]
[JsonSerializable(typeof(EnvironmentPlan))]
[JsonSerializable(typeof(PlanPointer))]
internal sealed partial class PlanJson : JsonSerializerContext;
