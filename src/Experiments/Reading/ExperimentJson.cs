using System.Text.Json;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Model;
using Experiments.Settings;

namespace Experiments.Reading;

/// <summary>An experiment as JSON: every key, in the order the records declare, so that one experiment has one text.</summary>
public static class ExperimentJson
{
    /// <summary>The experiment with every key filled in.</summary>
    public static JsonObject Write(Experiment experiment) => Write(experiment, SettingDefinition.Of(typeof(Experiment)));

    /// <summary>The keys whose declaration satisfies a condition; an object without such a key is left out.</summary>
    internal static JsonObject Write(Experiment experiment, Func<Decides, bool> includes) =>
        Write(experiment, SettingDefinition.Of(typeof(Experiment)), includes);

    /// <summary>The experiment on one line: the text that is hashed and that the job is given.</summary>
    public static string WriteCanonical(Experiment experiment) => Write(experiment).ToJsonString(RecordJson.Compact);

    /// <summary>Every key path that holds a value, as in <c>RUN_PARAMS.STEPS</c>.</summary>
    internal static IEnumerable<string> Paths() => Paths(SettingDefinition.Of(typeof(Experiment)), "");

    private static IEnumerable<string> Paths(IReadOnlyList<SettingDefinition> definitions, string prefix) =>
        definitions.SelectMany(definition =>
            definition.Kind == SettingKind.Object ? Paths(definition.Members, prefix + definition.Key + ".") : [prefix + definition.Key]
        );

    private static JsonObject Write(object record, IReadOnlyList<SettingDefinition> definitions, Func<Decides, bool>? includes = null)
    {
        var result = new JsonObject();
        foreach (var definition in definitions)
        {
            var isObject = definition.Kind == SettingKind.Object;
            if (definition.Property.GetValue(record) is not { } value || (!isObject && includes?.Invoke(definition.Decides) == false))
                continue;
            var node = Node(definition, value, includes);
            if (!isObject || includes is null || node is JsonObject { Count: > 0 })
                result[definition.Key] = node;
        }
        return result;
    }

    private static JsonNode? Node(SettingDefinition definition, object value, Func<Decides, bool>? includes) =>
        value switch
        {
            string text => JsonValue.Create(text),
            int whole => JsonValue.Create(whole),
            double number => JsonValue.Create(number),
            bool truth => JsonValue.Create(truth),
            JsonElement element => Sorted(JsonObject.Create(element)),
            Enum choice => JsonValue.Create(SettingDefinition.EnumText(choice)),
            _ => Write(value, definition.Members, includes),
        };

    /// <summary>Free objects have no order of their own; sorting their keys makes two spellings of one object one text.</summary>
    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members
                    .OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(Sorted)]),
            _ => node?.DeepClone(),
        };
}
