using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Reads the parameters of a deployment by their declarations.</summary>
internal static class TemplateParameters
{
    private const string Invalid = "InvalidTemplate";
    private const int DeepestType = 30;

    /// <summary>Reads all parameters into the context. Defaults may use the parameters before them.</summary>
    /// <exception cref="TemplateException">A parameter is missing, unknown, or breaks its declaration.</exception>
    public static void Read(TemplateContext context, JsonObject template, JsonObject given)
    {
        var declared = template.Object("parameters") ?? [];
        foreach (var (name, _) in given)
        {
            if (!declared.Any(known => known.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                throw Fault(
                    $"The template parameter '{name}' is not declared; the template declares "
                        + $"{string.Join(", ", declared.Select(known => known.Key))}."
                );
            }
        }

        foreach (var (name, declaration) in declared)
        {
            var rules = Resolve(declaration as JsonObject, template, 0);
            var value = ReadOne(context, name, rules, given);
            Check(value, rules, template, $"The template parameter '{name}'", 0);
            context.Parameters[name] = value;
        }
    }

    private static JsonNode? ReadOne(TemplateContext context, string name, JsonObject rules, JsonObject given)
    {
        var entry = given.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (entry.Key is not null)
        {
            if (entry.Value is not JsonObject holder || !holder.ContainsKey("value"))
                throw Fault($"The template parameter '{name}' has no value; only \"value\" is emulated.");
            return holder["value"]?.DeepClone();
        }

        if (rules.ContainsKey("defaultValue"))
            return context.Evaluate(rules["defaultValue"]);
        return rules.Flag("nullable")
            ? null
            : throw Fault($"The value for the template parameter '{name}' is not provided; it has no default.");
    }

    private static void Check(JsonNode? value, JsonObject rules, JsonObject template, string where, int depth)
    {
        if (value is null)
        {
            if (!rules.Flag("nullable"))
                throw Fault($"{where} is null; it must be {rules.Text("type")}.");
            return;
        }

        var type = rules.Text("type") ?? "";
        var fits = type.ToUpperInvariant() switch
        {
            "STRING" or "SECURESTRING" => value.GetValueKind() == JsonValueKind.String,
            "INT" => value.GetValueKind() == JsonValueKind.Number,
            "BOOL" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "ARRAY" => value is JsonArray,
            "OBJECT" or "SECUREOBJECT" => value is JsonObject,
            _ => throw Fault($"{where} has the type '{type}', which is not emulated."),
        };
        if (!fits)
            throw Fault($"{where} is {TemplateValues.Describe(value)}; it must be {type}.");
        if (rules.Array("allowedValues") is { } allowed && !allowed.Any(choice => JsonNode.DeepEquals(choice, value)))
            throw Fault($"{where} is {TemplateValues.Describe(value)}; it must be one of {Join(allowed)}.");
        CheckSize(value, rules, where);
        switch (value)
        {
            case JsonArray items when rules.Object("items") is { } of:
                for (var index = 0; index < items.Count; index++)
                    Check(items[index], Resolve(of, template, depth), template, $"{where}[{index}]", depth + 1);
                break;
            case JsonObject item when rules.Object("properties") is { } members:
                CheckMembers(item, members, rules, template, where, depth);
                break;
        }
    }

    private static void CheckMembers(JsonObject item, JsonObject members, JsonObject rules, JsonObject template, string where, int depth)
    {
        foreach (var (name, declaration) in members)
        {
            var resolved = Resolve(declaration as JsonObject, template, depth);
            if (item.ContainsKey(name) || !resolved.Flag("nullable"))
                Check(item[name], resolved, template, $"{where}.{name}", depth + 1);
        }

        if (rules.Object("additionalProperties") is not { } others)
            return;
        foreach (var (name, value) in item.Where(member => !members.ContainsKey(member.Key)))
            Check(value, Resolve(others, template, depth), template, $"{where}.{name}", depth + 1);
    }

    private static void CheckSize(JsonNode value, JsonObject rules, string where)
    {
        var (size, unit) = value switch
        {
            JsonArray items => (items.Count, "items"),
            JsonValue text when text.TryGetValue<string>(out var characters) => (characters.Length, "characters"),
            _ => (-1, ""),
        };
        if (size >= 0 && (rules.Integer("minLength") > size || rules.Integer("maxLength") < size))
        {
            throw Fault(
                $"{where} has {size} {unit}; it must have {rules.Integer("minLength") ?? 0} to "
                    + $"{rules.Integer("maxLength") ?? int.MaxValue}."
            );
        }

        if (value.GetValueKind() != JsonValueKind.Number)
            return;
        var number = TemplateValues.Integer(value, where);
        if (rules.Integer("minValue") > number || rules.Integer("maxValue") < number)
        {
            throw Fault(
                $"{where} is {number}; it must be from {rules.Integer("minValue") ?? long.MinValue} to "
                    + $"{rules.Integer("maxValue") ?? long.MaxValue}."
            );
        }
    }

    /// <summary>Follows <c>$ref</c>. Members beside it are added to those of its target.</summary>
    private static JsonObject Resolve(JsonObject? declaration, JsonObject template, int depth)
    {
        if (depth > DeepestType)
            throw Fault("The types of the parameters are nested too deeply.");
        if (declaration is null)
            throw Fault("The declaration of a parameter is no object; it must be one.");
        if (declaration.Text("$ref") is not { } reference)
            return declaration;
        const string Prefix = "#/definitions/";
        if (
            !reference.StartsWith(Prefix, StringComparison.Ordinal)
            || template.Object("definitions").Object(reference[Prefix.Length..]) is not { } named
        )
        {
            throw Fault($"The type '{reference}' is not found; it must be in definitions.");
        }
        var merged = Resolve(named, template, depth + 1).Clone();
        foreach (var (name, value) in declaration)
        {
            if (name != "$ref")
                merged[name] = value?.DeepClone();
        }

        return merged;
    }

    private static string Join(JsonArray values) => string.Join(", ", values.Select(TemplateValues.Describe));

    private static TemplateException Fault(string message) => new(message, Invalid);
}
