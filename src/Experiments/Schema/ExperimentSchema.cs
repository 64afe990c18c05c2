using System.Text.Json;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Model;
using Experiments.Reading;
using Experiments.Settings;

namespace Experiments.Schema;

/// <summary>
/// Creates the JSON schema of exp_configs from the records. An editor validates with it, and the trainer reads its rules from it: the
/// keywords that begin with <c>x-</c> carry what JSON Schema has no words for.
/// </summary>
public static class ExperimentSchema
{
    /// <summary>Returns the content of <c>exp_config.schema.json</c>.</summary>
    public static string Generate()
    {
        var root = Object(SettingDefinition.Of(typeof(Experiment)));
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "exp_config");
        root.Insert(2, "description", "One experiment: what is trained, on which dataset, on which cluster.");
        root["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["description"] = "This schema, for an editor." });
        root["x-retired"] = new JsonObject(
            SettingDefinition
                .RetiredKeys(typeof(Experiment))
                .Select(key =>
                    KeyValuePair.Create<string, JsonNode?>(key.Key, new JsonObject { ["required"] = key.Required, ["hint"] = key.Hint })
                )
        );
        root["x-secrets"] = new JsonObject
        {
            ["keys"] = Strings(SecretWords.InKeys),
            ["values"] = Strings(SecretWords.InValues),
            ["address"] = SecretWords.AddressWithUser,
        };
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
            SettingKind.KeyPaths or SettingKind.Map => "object",
            _ => "string",
        };
        if (definition.ChoicePatternText is { } names)
        {
            schema["pattern"] = names;
            schema["examples"] = Strings(definition.Choices);
        }
        else if (definition.Choices.Count > 0)
        {
            schema["enum"] = Strings(definition.Choices);
        }
        else if (definition.IntegerChoices.Count > 0)
        {
            schema["enum"] = new JsonArray([.. definition.IntegerChoices.Select(choice => JsonValue.Create(choice))]);
        }
        if (double.IsFinite(definition.Minimum))
            schema[definition.ExclusiveMinimum ? "exclusiveMinimum" : "minimum"] = Number(definition.Minimum);
        if (double.IsFinite(definition.Maximum))
            schema["maximum"] = Number(definition.Maximum);
        if (definition.PatternText is { } pattern)
            schema["pattern"] = pattern;
        if (definition.KeyPathsOf.Count > 0)
            AddKeyPaths(schema, definition);
        if (definition.Default is { } value)
            schema["default"] = value;
        AddWords(schema, definition);
        return schema;
    }

    private static void AddKeyPaths(JsonObject schema, SettingDefinition definition)
    {
        schema["minProperties"] = 1;
        schema["propertyNames"] = new JsonObject { ["enum"] = Strings(definition.KnownKeyPaths(ExperimentJson.Paths())) };
        schema["additionalProperties"] = new JsonObject
        {
            ["type"] = "array",
            ["prefixItems"] = new JsonArray(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "array" }),
            ["minItems"] = 2,
            ["maxItems"] = 2,
        };
    }

    /// <summary>Adds what JSON Schema has no words for, and what the trainer's messages say.</summary>
    private static void AddWords(JsonObject schema, SettingDefinition definition)
    {
        schema["x-rule"] = definition.Rule;
        if (definition.Unit is { } unit)
            schema["x-unit"] = unit;
        if (definition.Example is { } example)
            schema["x-example"] = example;
        if (definition.DefaultFrom is { } expression)
            schema["x-default-from"] = expression.Expression;
        if (definition.AtMost is { } limit)
            schema["x-at-most"] = limit;
        if (definition.DiffersFrom is { } other)
            schema["x-differs-from"] = new JsonObject { ["key"] = other, ["unless"] = definition.DiffersUnless };
        if (definition.NeedsHint is { } why)
        {
            schema["x-needs"] = new JsonObject
            {
                ["one-of-each"] = new JsonArray([.. definition.Needs.Select(need => Strings(need))]),
                ["excludes"] = definition.Excludes,
                ["hint"] = why,
            };
        }
        if (definition.RefusedPatternText is { } refused)
            schema["x-refused"] = new JsonObject { ["pattern"] = refused, ["hint"] = definition.RefusedHint };
        if (definition.OnlyWith is { } with)
        {
            schema["x-only-with"] = new JsonObject
            {
                ["key"] = with,
                ["pattern"] = definition.OnlyWithPatternText,
                ["hint"] = definition.OnlyWithHint,
            };
        }
        if (definition.KeyPathsOf.Count > 0)
            schema["x-key-paths-of"] = Strings(definition.KeyPathsOf);
        if (definition.ValueRule is { } rule)
            schema["x-value-rule"] = rule;
        schema["x-decides"] = definition.Decides.ToString().ToLowerInvariant();
    }

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static string Description(SettingDefinition definition)
    {
        var text = definition.Description.Replace("`", "", StringComparison.Ordinal);
        if (definition.Unit is not null)
            text += $" Unit: {definition.Unit}.";
        text += definition.Relations;
        return definition.DefaultText is null ? text : $"{text} Default: {definition.DefaultText}.";
    }

    private static JsonValue Number(double number) => double.IsInteger(number) ? JsonValue.Create((long)number) : JsonValue.Create(number);
}
