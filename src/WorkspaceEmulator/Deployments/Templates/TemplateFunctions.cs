using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Calls the functions of templates. Any other function fails the deployment.</summary>
/// <remarks>
/// Source: template functions of Azure Resource Manager,
/// <see href="https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions"/>.
/// </remarks>
internal static class TemplateFunctions
{
    private delegate JsonNode? Function(TemplateContext context, IReadOnlyList<JsonNode?> given);

    private static readonly Dictionary<string, (int Fewest, int Most, Function Call)> Functions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["parameters"] = (1, 1, (context, given) => context.Parameter(Text(given, 0))),
        ["variables"] = (1, 1, (context, given) => context.Variable(Text(given, 0))),
        ["lambdaVariables"] = (1, 1, (context, given) => context.LambdaVariable(Text(given, 0))),
        ["copyIndex"] = (0, 2, CopyIndex),
        ["reference"] = (1, 3, (context, given) => Reference(context, given)),
        ["resourceId"] = (2, int.MaxValue, ResourceId),
        ["subscriptionResourceId"] = (2, int.MaxValue, SubscriptionResourceId),
        ["extensionResourceId"] = (3, int.MaxValue, ExtensionResourceId),
        ["subscription"] = (0, 0, (context, _) => context.Scope.Subscription()),
        ["resourceGroup"] = (0, 0, (context, _) => ResourceGroup(context)),
        ["tenant"] = (0, 0, (_, _) => new JsonObject { ["tenantId"] = DeploymentScope.TenantId, ["countryCode"] = "" }),
        ["deployment"] = (0, 0, (context, _) => DeploymentOf(context)),
        ["environment"] = (0, 0, (_, _) => AzureCloud()),
        ["guid"] = (1, int.MaxValue, (_, given) => StandIns.Guid(given.Select(TemplateValues.Write))),
        ["uniqueString"] = (1, int.MaxValue, (_, given) => StandIns.UniqueString(given.Select(TemplateValues.Write))),
        ["format"] = (1, int.MaxValue, (_, given) => Format(given)),
        ["concat"] = (1, int.MaxValue, (_, given) => Concat(given)),
        ["toLower"] = (1, 1, (_, given) => Text(given, 0).ToLowerInvariant()),
        ["toUpper"] = (1, 1, (_, given) => Text(given, 0).ToUpperInvariant()),
        ["trim"] = (1, 1, (_, given) => Text(given, 0).Trim()),
        ["replace"] = (3, 3, (_, given) => Text(given, 0).Replace(Text(given, 1), Text(given, 2), StringComparison.Ordinal)),
        ["startsWith"] = (2, 2, (_, given) => Text(given, 0).StartsWith(Text(given, 1), StringComparison.OrdinalIgnoreCase)),
        ["endsWith"] = (2, 2, (_, given) => Text(given, 0).EndsWith(Text(given, 1), StringComparison.OrdinalIgnoreCase)),
        ["substring"] = (2, 3, (_, given) => Substring(given)),
        ["split"] = (2, 2, (_, given) => new JsonArray([.. Text(given, 0).Split(Text(given, 1)).Select(part => JsonValue.Create(part))])),
        ["join"] = (2, 2, (_, given) => string.Join(Text(given, 1), Array(given, 0).Select(TemplateValues.Write))),
        ["string"] = (1, 1, (_, given) => TemplateValues.Write(given[0])),
        ["int"] = (1, 1, (_, given) => ToInteger(given[0])),
        ["length"] = (1, 1, (_, given) => Length(given[0])),
        ["empty"] = (1, 1, (_, given) => given[0] is null || Length(given[0]) == 0),
        ["first"] = (1, 1, (_, given) => Item(given[0], 0)),
        ["last"] = (1, 1, (_, given) => Item(given[0], Length(given[0]) - 1)),
        ["take"] = (2, 2, (_, given) => Slice(given[0], 0, Integer(given, 1))),
        ["skip"] = (2, 2, (_, given) => Slice(given[0], Integer(given, 1), long.MaxValue)),
        ["contains"] = (2, 2, (_, given) => Contains(given)),
        ["range"] = (2, 2, (_, given) => Range(given)),
        ["union"] = (1, int.MaxValue, (_, given) => Union(given)),
        ["createArray"] = (0, int.MaxValue, (_, given) => new JsonArray([.. given.Select(value => value?.DeepClone())])),
        ["createObject"] = (0, int.MaxValue, (_, given) => CreateObject(given)),
        ["objectKeys"] = (1, 1, (_, given) => new JsonArray([.. Object(given, 0).Select(member => JsonValue.Create(member.Key))])),
        ["coalesce"] = (1, int.MaxValue, (_, given) => given.FirstOrDefault(value => value is not null)?.DeepClone()),
        ["null"] = (0, 0, (_, _) => null),
        ["true"] = (0, 0, (_, _) => true),
        ["false"] = (0, 0, (_, _) => false),
        ["not"] = (1, 1, (_, given) => !Flag(given, 0)),
        ["equals"] = (2, 2, (_, given) => AreEqual(given[0], given[1])),
        ["less"] = (2, 2, (_, given) => Integer(given, 0) < Integer(given, 1)),
        ["lessOrEquals"] = (2, 2, (_, given) => Integer(given, 0) <= Integer(given, 1)),
        ["greater"] = (2, 2, (_, given) => Integer(given, 0) > Integer(given, 1)),
        ["greaterOrEquals"] = (2, 2, (_, given) => Integer(given, 0) >= Integer(given, 1)),
        ["add"] = (2, 2, (_, given) => Integer(given, 0) + Integer(given, 1)),
        ["sub"] = (2, 2, (_, given) => Integer(given, 0) - Integer(given, 1)),
        ["mul"] = (2, 2, (_, given) => Integer(given, 0) * Integer(given, 1)),
        ["min"] = (1, int.MaxValue, (_, given) => Integers(given).Min()),
        ["max"] = (1, int.MaxValue, (_, given) => Integers(given).Max()),
    };

    /// <summary>Calls a function.</summary>
    /// <exception cref="TemplateException">The function is not emulated, or its arguments do not fit.</exception>
    public static JsonNode? Call(TemplateContext context, TemplateExpression.Call call)
    {
        // These decide which of their arguments are evaluated.
        switch (call.Name.ToUpperInvariant())
        {
            case "IF" when call.Arguments is [var condition, var then, var otherwise]:
                return context.Evaluate(TemplateValues.Boolean(context.Evaluate(condition), "The condition of if") ? then : otherwise);
            case "AND" when call.Arguments.Count > 1:
                return call.Arguments.All(argument => TemplateValues.Boolean(context.Evaluate(argument), "An argument of and"));
            case "OR" when call.Arguments.Count > 1:
                return call.Arguments.Any(argument => TemplateValues.Boolean(context.Evaluate(argument), "An argument of or"));
            case "MAP" when call.Arguments is [var items, TemplateExpression.Call lambda]:
                return new JsonArray([.. Items(context, items).Select(item => Apply(context, lambda, item))]);
            case "FILTER" when call.Arguments is [var items, TemplateExpression.Call lambda]:
                return new JsonArray([
                    .. Items(context, items)
                        .Where(item => TemplateValues.Boolean(Apply(context, lambda, item), "The result of a filter"))
                        .Select(item => item?.DeepClone()),
                ]);
            case "TRYGET" when call.Arguments.Count > 1:
                return TryGet(context, call.Arguments);
        }

        if (!Functions.TryGetValue(call.Name, out var function))
        {
            throw new TemplateException(
                $"The template function '{call.Name}' is not emulated; docs/emulator.md names the functions that are.",
                "NotEmulated"
            );
        }

        if (call.Arguments.Count < function.Fewest || call.Arguments.Count > function.Most)
        {
            var most = function.Most == int.MaxValue ? "" : $" and at most {function.Most}";
            throw new TemplateException(
                $"The template function '{call.Name}' has {call.Arguments.Count} arguments; it must have at least {function.Fewest}{most}."
            );
        }

        return function.Call(context, [.. call.Arguments.Select(context.Evaluate)]);
    }

    /// <summary>Gets the names of all functions, for the documentation.</summary>
    public static IEnumerable<string> Names =>
        Functions.Keys.Concat(["if", "and", "or", "map", "filter", "lambda", "tryGet"]).Order(StringComparer.OrdinalIgnoreCase);

    private static string Text(IReadOnlyList<JsonNode?> given, int index) => TemplateValues.Text(given[index], $"Argument {index + 1}");

    private static long Integer(IReadOnlyList<JsonNode?> given, int index) => TemplateValues.Integer(given[index], $"Argument {index + 1}");

    private static bool Flag(IReadOnlyList<JsonNode?> given, int index) => TemplateValues.Boolean(given[index], $"Argument {index + 1}");

    private static JsonArray Array(IReadOnlyList<JsonNode?> given, int index) =>
        TemplateValues.Array(given[index], $"Argument {index + 1}");

    private static JsonObject Object(IReadOnlyList<JsonNode?> given, int index) =>
        given[index] as JsonObject
        ?? throw new TemplateException($"Argument {index + 1} is {TemplateValues.Describe(given[index])}; it must be an object.");

    private static IEnumerable<long> Integers(IReadOnlyList<JsonNode?> given) =>
        given is [JsonArray items]
            ? items.Select(item => TemplateValues.Integer(item, "An item"))
            : given.Select((_, index) => Integer(given, index));

    private static JsonNode? CopyIndex(TemplateContext context, IReadOnlyList<JsonNode?> given)
    {
        var name = given.Count > 0 && given[0]?.GetValueKind() == System.Text.Json.JsonValueKind.String ? Text(given, 0) : null;
        var offset = given.Count > (name is null ? 0 : 1) ? Integer(given, name is null ? 0 : 1) : 0;
        return context.LoopIndex(name) + offset;
    }

    // The properties of a resource, or with 'Full' the whole resource.
    private static JsonNode? Reference(TemplateContext context, IReadOnlyList<JsonNode?> given)
    {
        var resource = context.Resource(Text(given, 0));
        return given.Count == 3 && Text(given, 2).Equals("Full", StringComparison.OrdinalIgnoreCase)
            ? resource.DeepClone()
            : resource["properties"]?.DeepClone() ?? new JsonObject();
    }

    private static JsonNode? ResourceId(TemplateContext context, IReadOnlyList<JsonNode?> given)
    {
        var texts = given.Select((_, index) => Text(given, index)).ToList();
        var type = TypeIndex(texts);
        var path = type switch
        {
            0 => context.Scope.Path,
            1 => context.Scope.GroupPath(texts[0]),
            _ => $"/subscriptions/{texts[0]}/resourceGroups/{texts[1]}",
        };
        return DeploymentScope.Under(path, texts[type], texts[(type + 1)..]);
    }

    private static JsonNode? SubscriptionResourceId(TemplateContext context, IReadOnlyList<JsonNode?> given)
    {
        var texts = given.Select((_, index) => Text(given, index)).ToList();
        var type = TypeIndex(texts);
        var path = type == 0 ? context.Scope.SubscriptionPath : $"/subscriptions/{texts[0]}";
        return DeploymentScope.Under(path, texts[type], texts[(type + 1)..]);
    }

    private static JsonNode? ExtensionResourceId(TemplateContext context, IReadOnlyList<JsonNode?> given) =>
        DeploymentScope.Under(Text(given, 0), Text(given, 1), [.. given.Skip(2).Select((_, index) => Text(given, index + 2))]);

    // The subscription and the resource group may precede the type.
    private static int TypeIndex(List<string> texts)
    {
        var type = texts.FindIndex(text => text.Contains('/', StringComparison.Ordinal));
        return type is >= 0 and <= 2
            ? type
            : throw new TemplateException($"'{string.Join("', '", texts)}' has no resource type; it must be one of the first three.");
    }

    private static JsonObject ResourceGroup(TemplateContext context) =>
        context.Scope.ResourceGroup is { } group
            ? new JsonObject
            {
                ["id"] = context.Scope.Path,
                ["name"] = group,
                ["type"] = "Microsoft.Resources/resourceGroups",
                ["location"] = context.Scope.Location,
            }
            : throw new TemplateException("resourceGroup() is used in a deployment of a subscription, which has none.");

    private static JsonObject DeploymentOf(TemplateContext context) =>
        new() { ["name"] = context.Scope.DeploymentName, ["location"] = context.Scope.Location };

    private static JsonObject AzureCloud() =>
        new()
        {
            ["name"] = "AzureCloud",
            ["resourceManager"] = "https://management.azure.com/",
            ["suffixes"] = new JsonObject
            {
                ["storage"] = "core.windows.net",
                ["keyvaultDns"] = ".vault.azure.net",
                ["acrLoginServer"] = ".azurecr.io",
            },
        };

    private static string Format(IReadOnlyList<JsonNode?> given)
    {
        var values = given.Skip(1).Select(object? (value) => TemplateValues.Write(value)).ToArray();
        try
        {
            return string.Format(CultureInfo.InvariantCulture, Text(given, 0), values);
        }
        catch (FormatException)
        {
            throw new TemplateException($"format cannot use \"{Text(given, 0)}\" with {values.Length} values.");
        }
    }

    private static JsonNode? Concat(IReadOnlyList<JsonNode?> given) =>
        given.All(value => value is JsonArray)
            ? new JsonArray([.. given.SelectMany(value => (JsonArray)value!).Select(item => item?.DeepClone())])
            : string.Concat(given.Select(TemplateValues.Write));

    private static string Substring(IReadOnlyList<JsonNode?> given)
    {
        var (text, start) = (Text(given, 0), Integer(given, 1));
        var length = given.Count == 3 ? Integer(given, 2) : text.Length - start;
        return start >= 0 && length >= 0 && start + length <= text.Length
            ? text.Substring((int)start, (int)length)
            : throw new TemplateException($"substring of '{text}' from {start} with {length} characters is outside of the text.");
    }

    private static long ToInteger(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue<string>(out var digits) && long.TryParse(digits, out var number)
            ? number
            : TemplateValues.Integer(value, "The argument of int");

    private static int Length(JsonNode? value) =>
        value switch
        {
            JsonArray items => items.Count,
            JsonObject item => item.Count,
            _ => TemplateValues.Text(value, "The argument of length").Length,
        };

    private static JsonNode? Item(JsonNode? of, long index)
    {
        if (of is JsonArray items)
            return TemplateValues.Member(items, index);
        var text = TemplateValues.Text(of, "The argument");
        return index >= 0 && index < text.Length ? text[(int)index].ToString() : "";
    }

    private static JsonNode? Slice(JsonNode? of, long skip, long take)
    {
        var (from, count) = ((int)Math.Clamp(skip, 0, int.MaxValue), (int)Math.Clamp(take, 0, int.MaxValue));
        return of is JsonArray items
            ? new JsonArray([.. items.Skip(from).Take(count).Select(item => item?.DeepClone())])
            : string.Concat(TemplateValues.Text(of, "The first argument").Skip(from).Take(count));
    }

    private static bool Contains(IReadOnlyList<JsonNode?> given) =>
        given[0] switch
        {
            JsonArray items => items.Any(item => AreEqual(item, given[1])),
            JsonObject item => item.Any(member => member.Key.Equals(TemplateValues.Write(given[1]), StringComparison.OrdinalIgnoreCase)),
            _ => Text(given, 0).Contains(TemplateValues.Write(given[1]), StringComparison.Ordinal),
        };

    private static JsonArray Range(IReadOnlyList<JsonNode?> given) =>
        new([
            .. Enumerable
                .Range(0, TemplateValues.Count(Integer(given, 1), "range"))
                .Select(step => JsonValue.Create(Integer(given, 0) + step)),
        ]);

    private static JsonNode? Union(IReadOnlyList<JsonNode?> given)
    {
        if (given.All(value => value is JsonObject))
        {
            var all = new JsonObject();
            foreach (var (name, value) in given.SelectMany(item => (JsonObject)item!))
                all[name] = all[name] is JsonObject known && value is JsonObject more ? Union([known, more]) : value?.DeepClone();
            return all;
        }

        var items = new JsonArray();
        foreach (var item in given.SelectMany((_, index) => Array(given, index)))
        {
            if (!items.Any(known => AreEqual(known, item)))
                items.Add(item?.DeepClone());
        }

        return items;
    }

    private static JsonObject CreateObject(IReadOnlyList<JsonNode?> given)
    {
        if (given.Count % 2 != 0)
            throw new TemplateException($"createObject has {given.Count} arguments; they must be pairs of a name and a value.");
        var made = new JsonObject();
        for (var index = 0; index < given.Count; index += 2)
            made[Text(given, index)] = given[index + 1]?.DeepClone();
        return made;
    }

    // Texts are compared case-sensitively here, unlike names of members.
    private static bool AreEqual(JsonNode? one, JsonNode? other) => JsonNode.DeepEquals(one, other);

    private static JsonArray Items(TemplateContext context, TemplateExpression expression) =>
        TemplateValues.Array(context.Evaluate(expression), "The first argument");

    // lambda('name', body)
    private static JsonNode? Apply(TemplateContext context, TemplateExpression.Call lambda, JsonNode? item)
    {
        if (!lambda.Name.Equals("lambda", StringComparison.OrdinalIgnoreCase) || lambda.Arguments is not [var name, var body])
            throw new TemplateException($"'{lambda.Name}' with {lambda.Arguments.Count} arguments is no lambda of one variable.");
        return context.WithVariables([(TemplateValues.Text(context.Evaluate(name), "The name of a variable"), item)], body);
    }

    private static JsonNode? TryGet(TemplateContext context, IReadOnlyList<TemplateExpression> arguments)
    {
        var value = context.Evaluate(arguments[0]);
        foreach (var key in arguments.Skip(1).Select(context.Evaluate))
        {
            var exists = value switch
            {
                JsonObject item => item.Any(member => member.Key.Equals(TemplateValues.Write(key), StringComparison.OrdinalIgnoreCase)),
                JsonArray items => TemplateValues.Integer(key, "An index") is >= 0 and var index && index < items.Count,
                _ => false,
            };
            if (!exists)
                return null;
            value = TemplateValues.Member(value, key);
        }

        return value;
    }
}
