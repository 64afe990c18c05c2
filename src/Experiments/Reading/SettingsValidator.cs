using System.Globalization;
using System.Text;
using System.Text.Json;
using Experiments.Json;
using Experiments.Settings;

namespace Experiments.Reading;

/// <summary>Validates a JSON object against a record's settings and creates the record. Every fault is reported, none thrown.</summary>
/// <param name="what">Kind of the file, as in <c>an exp_config</c>.</param>
/// <param name="overridable">Whether <c>--set=</c> can give the values, so that a hint may propose it.</param>
/// <param name="faults">Receives the faults.</param>
internal sealed class SettingsValidator(string what, bool overridable, List<ConfigFault> faults)
{
    /// <summary>Returns the fault of a key that no record declares; null leaves the key to the general rule.</summary>
    public Func<string, LocatedMember, ConfigFault?> FaultOfUnknownKey { get; init; } = (_, _) => null;

    /// <summary>Creates a record; where there are faults, it holds the defaults of the faulty keys.</summary>
    public T Read<T>(LocatedValue root)
        where T : class
    {
        var definitions = SettingDefinition.Of(typeof(T));
        return (T)ReadObject(typeof(T), definitions, "", root, root.Location, definitions)!;
    }

    private object ReadObject(
        Type type,
        IReadOnlyList<SettingDefinition> definitions,
        string prefix,
        LocatedValue? value,
        ConfigLocation anchor,
        IReadOnlyList<SettingDefinition> root
    )
    {
        var record = Activator.CreateInstance(type)!;
        if (value is not null && value.Kind != JsonValueKind.Object)
        {
            faults.Add(
                prefix.Length > 0
                    ? new(value.Location, prefix[..^1], value.Shown, "an object")
                    : new(value.Location, "", value.Shown, "an object in braces") { Subject = "the file's content" }
            );
            value = null;
            // Missing keys inside are not reported to someone who must write the whole object.
            definitions = [.. definitions.Where(definition => !definition.Required && !definition.HoldsRequired)];
        }
        else if (value is not null)
        {
            ReportKeys(definitions, prefix, value, root);
        }

        foreach (var definition in definitions)
        {
            var path = prefix + definition.Key;
            var given = value?.Find(definition.Key)?.Value;
            if (definition.Kind == SettingKind.Object)
            {
                var members = ReadObject(definition.MemberType!, definition.Members, path + ".", given, given?.Location ?? anchor, root);
                definition.Property.SetValue(record, members);
            }
            else if (given is null && definition.Required)
            {
                faults.Add(
                    new(
                        anchor,
                        path,
                        "missing",
                        definition.Kind == SettingKind.Map ? "an object" : definition.Rule,
                        Proposal("Add it", definition, path, anchor)
                    )
                );
            }
            else if (ReadValue(definition, path, given, root) is { } result)
            {
                definition.Property.SetValue(record, result);
            }
        }
        return record;
    }

    private object? ReadValue(SettingDefinition definition, string path, LocatedValue? given, IReadOnlyList<SettingDefinition> root)
    {
        var fallback = definition.Default is { } node
            ? LocatedJson.Read(Encoding.UTF8.GetBytes(node.ToJsonString(RecordJson.Compact)), "", faults, new(""))
            : null;
        if ((given ?? fallback) is not { } value)
            return null;
        if (definition.Kind == SettingKind.Map)
            return ReadMap(definition, path, value, root);
        if (definition.Kind == SettingKind.KeyPaths)
            ReportDuplicates(path + ".", value);
        if (Convert(definition, value) is { } result)
            return result;
        faults.Add(new(value.Location, path, value.Shown, definition.Rule, Hint(definition, path, value)));
        return fallback is null ? null : Convert(definition, fallback);
    }

    private object ReadMap(SettingDefinition definition, string path, LocatedValue value, IReadOnlyList<SettingDefinition> root)
    {
        var map = (System.Collections.IDictionary)
            Activator.CreateInstance(
                typeof(Dictionary<,>).MakeGenericType(typeof(string), definition.MemberType!),
                StringComparer.Ordinal
            )!;
        if (value.Kind != JsonValueKind.Object)
            faults.Add(new(value.Location, path, value.Shown, "an object"));
        ReportDuplicates(path + ".", value);
        foreach (var member in value.Members)
        {
            if (definition.Pattern is { } pattern && !pattern.IsMatch(member.Key))
            {
                faults.Add(
                    new(member.Location, path, $"an object with the name \"{member.Key}\"", $"one with names of {definition.NameRule}")
                );
            }

            map[member.Key] = ReadObject(
                definition.MemberType!,
                definition.Members,
                $"{path}.{member.Key}.",
                member.Value,
                member.Value.Location,
                root
            );
        }
        return map;
    }

    /// <summary>Returns the value as the type of its property, or null when the key does not take it.</summary>
    internal static object? Convert(SettingDefinition definition, LocatedValue value) =>
        (definition.Kind, value.Kind) switch
        {
            (SettingKind.Text, JsonValueKind.String) => definition.Pattern?.IsMatch(value.Text) ?? true ? value.Text : null,
            (SettingKind.Choice, JsonValueKind.String) when definition.IsChoice(value.Text) => definition.ValueType.IsEnum
                ? definition.EnumValue(value.Text)
                : value.Text,
            (SettingKind.Integer, JsonValueKind.Number) => Whole(definition, value.Text),
            (SettingKind.Number, JsonValueKind.Number) => Real(definition, value.Text),
            (SettingKind.Boolean, JsonValueKind.True) => true,
            (SettingKind.Boolean, JsonValueKind.False) => false,
            (SettingKind.KeyPaths, JsonValueKind.Object) => JsonElement.Parse(value.ToNode()!.ToJsonString(RecordJson.Compact)),
            _ => null,
        };

    private static int? Whole(SettingDefinition definition, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsInteger(number)
        && InRange(definition, number)
        && (definition.IntegerChoices.Count == 0 || definition.IntegerChoices.Contains((int)number))
            ? (int)number
            : null;

    private static double? Real(SettingDefinition definition, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && InRange(definition, number)
            ? number
            : null;

    private static bool InRange(SettingDefinition definition, double number) =>
        double.IsFinite(number)
        && number <= definition.Maximum
        && (definition.ExclusiveMinimum ? number > definition.Minimum : number >= definition.Minimum);

    private void ReportKeys(
        IReadOnlyList<SettingDefinition> definitions,
        string prefix,
        LocatedValue value,
        IReadOnlyList<SettingDefinition> root
    )
    {
        ReportDuplicates(prefix, value);
        foreach (var member in value.Members)
        {
            if (definitions.Any(definition => definition.Key == member.Key) || (prefix.Length == 0 && member.Key == "$schema"))
                continue;
            faults.Add(FaultOfUnknownKey(prefix, member) ?? UnknownKey(member.Location, prefix, member.Key, definitions, root));
        }
    }

    private void ReportDuplicates(string prefix, LocatedValue value)
    {
        foreach (var group in value.Members.GroupBy(member => member.Key, StringComparer.Ordinal))
        {
            foreach (var repeated in group.Skip(1))
            {
                faults.Add(
                    new(
                        repeated.Location,
                        prefix + repeated.Key,
                        "set twice",
                        "set once",
                        group.First().Location.Line is { } line ? $"It is also set at line {line}; remove one." : null
                    )
                );
            }
        }
    }

    /// <summary>Returns the fault of an unknown key, with the key that was probably meant.</summary>
    /// <param name="where">Place of the key.</param>
    /// <param name="prefix">Path of the object that holds it, with a dot at the end, or empty.</param>
    /// <param name="key">The unknown key.</param>
    /// <param name="siblings">Keys known in that object.</param>
    /// <param name="root">All keys of the file.</param>
    public ConfigFault UnknownKey(
        ConfigLocation where,
        string prefix,
        string key,
        IReadOnlyList<SettingDefinition> siblings,
        IReadOnlyList<SettingDefinition> root
    )
    {
        var near = NearestName.Find(key, siblings.Select(sibling => sibling.Key)) is { } sibling ? prefix + sibling : null;
        near ??= Paths(root, "")
            .FirstOrDefault(path => NearestName.IsSameButForStyle(path[(path.LastIndexOf('.') + 1)..], key[(key.LastIndexOf('.') + 1)..]));
        var owner = prefix.Length == 0 ? what : prefix[..^1];
        return near is null
            ? new(
                where,
                prefix + key,
                "an unknown key",
                $"one of the keys of {owner}: {string.Join(", ", siblings.Select(definition => definition.Key))}"
            )
            : new(where, prefix + key, "an unknown key", $"one of the keys of {owner}", Meant(prefix + key, near));
    }

    private static IEnumerable<string> Paths(IReadOnlyList<SettingDefinition> definitions, string prefix) =>
        definitions.SelectMany(definition =>
            Paths(definition.Kind == SettingKind.Object ? definition.Members : [], prefix + definition.Key + ".")
                .Prepend(prefix + definition.Key)
        );

    /// <summary>Returns what to do about a value that its key does not take: the nearest of its choices is proposed first.</summary>
    private string? Hint(SettingDefinition definition, string path, LocatedValue value)
    {
        if (value.Kind != JsonValueKind.String)
            return Proposal("Edit it", definition, path, value.Location);
        if (definition.IsRefused(value.Text))
            return definition.RefusedHint;
        return NearestName.Find(value.Text, definition.Choices) is { } near
            ? Proposal($"{Meant(value.Text, near)} Edit it", definition, path, value.Location, near) ?? Meant(value.Text, near)
            : Proposal("Edit it", definition, path, value.Location);
    }

    private static string Meant(string given, string near) => $"Did you mean {near}?{NearestName.Difference(given, near)}";

    private string? Proposal(string edit, SettingDefinition definition, string path, ConfigLocation where, string? value = null)
    {
        if (!overridable || where.Line is null || (value ?? definition.Example) is not { Length: > 0 } example)
            return null;
        var argument = $"--set={path}={example}";
        return $"{edit}, or run with {(argument.Any(letter => letter is ' ' or '"' or '{' or '*') ? $"'{argument}'" : argument)}.";
    }
}
