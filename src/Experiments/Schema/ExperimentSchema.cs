using System.Text.Json;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Model;
using Experiments.Settings;

namespace Experiments.Schema;

/// <summary>The JSON schema of exp_configs, made from the records, so that an editor knows what the reader knows.</summary>
public static class ExperimentSchema
{
    /// <summary>The content of <c>exp_configs/exp_config.schema.json</c>.</summary>
    public static string Generate()
    {
        var root = Object(SettingDefinition.Of(typeof(Experiment)));
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "exp_config");
        root.Insert(2, "description", "One experiment: what is trained, on which dataset, on which cluster.");
        root["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        return JsonSerializer.Serialize(root, RecordJson.Options) + "\n";
    }

    private static JsonObject Object(IReadOnlyList<SettingDefinition> definitions)
    {
        var properties = new JsonObject();
        foreach (var definition in definitions)
            properties[definition.Key] = Property(definition);
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        var required = definitions
            .Where(definition => definition.Required || definition.HoldsRequired)
            .Select(definition => JsonValue.Create(definition.Key))
            .ToArray<JsonNode?>();
        if (required.Length > 0)
            schema["required"] = new JsonArray(required);
        schema["properties"] = properties;
        return schema;
    }

    private static JsonObject Property(SettingDefinition definition)
    {
        if (definition.Kind == SettingKind.Object)
        {
            var inner = Object(definition.Members);
            inner.Insert(0, "description", definition.Description);
            return inner;
        }

        var schema = new JsonObject { ["description"] = Description(definition) };
        schema["type"] = definition.Kind switch
        {
            SettingKind.Integer => "integer",
            SettingKind.Number => "number",
            SettingKind.Boolean => "boolean",
            SettingKind.Free or SettingKind.Map => "object",
            _ => "string",
        };
        if (definition.Choices.Count > 0)
            schema["enum"] = new JsonArray([.. definition.Choices.Select(choice => JsonValue.Create(choice))]);
        else if (definition.IntegerChoices.Count > 0)
            schema["enum"] = new JsonArray([.. definition.IntegerChoices.Select(choice => JsonValue.Create(choice))]);
        if (double.IsFinite(definition.Minimum))
            schema[definition.ExclusiveMinimum ? "exclusiveMinimum" : "minimum"] = Number(definition.Minimum);
        if (double.IsFinite(definition.Maximum))
            schema["maximum"] = Number(definition.Maximum);
        if (definition.PatternText is { } pattern)
            schema["pattern"] = pattern;
        if (definition.Default is { } value)
            schema["default"] = value;
        return schema;
    }

    private static string Description(SettingDefinition definition)
    {
        var text = definition.Description.Replace("`", "", StringComparison.Ordinal);
        if (definition.Unit is not null)
            text += $" Unit: {definition.Unit}.";
        return definition.DefaultText is null ? text : $"{text} Default: {definition.DefaultText}.";
    }

    private static JsonValue Number(double number) => double.IsInteger(number) ? JsonValue.Create((long)number) : JsonValue.Create(number);
}
