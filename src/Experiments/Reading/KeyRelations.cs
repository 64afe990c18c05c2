using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Settings;

namespace Experiments.Reading;

/// <summary>
/// Applies what a record declares between its keys: the defaults that follow from other keys, and the rules between keys.
/// </summary>
internal sealed class KeyRelations
{
    private readonly LocatedValue root;
    private readonly IReadOnlyList<Leaf> leaves;

    /// <param name="record">The record that was read from the file; <see cref="FillIn"/> changes it.</param>
    /// <param name="root">The values of the file with their places.</param>
    public KeyRelations(object record, LocatedValue root)
    {
        this.root = root;
        leaves = [.. Leaves(record, SettingDefinition.Of(record.GetType()), "")];
    }

    /// <summary>
    /// Sets each missing key whose default follows from other keys, in the order of declaration, and empties each missing key that does
    /// not apply.
    /// </summary>
    public void FillIn()
    {
        foreach (var leaf in leaves)
        {
            if (!Applies(leaf) && root.FindPath(leaf.Path) is null)
                leaf.Definition.Property.SetValue(leaf.Owner, null);
            if (leaf.Definition.KeyPathsOf.Count > 0 && root.FindPath(leaf.Path) is null)
                leaf.Definition.Property.SetValue(leaf.Owner, WithoutOthers((JsonElement)leaf.Value!));
            if (leaf.Definition.DefaultFrom is { } expression && root.FindPath(leaf.Path) is null)
                leaf.Definition.Property.SetValue(leaf.Owner, expression.Evaluate(path => (int)ValueOf(path)!));
        }
    }

    // The default of an object of key paths holds only keys that apply.
    private JsonElement WithoutOthers(JsonElement paths) =>
        JsonElement.Parse(
            new JsonObject(
                paths
                    .EnumerateObject()
                    .Where(path => leaves.Any(leaf => leaf.Path == path.Name && Applies(leaf)))
                    .Select(path => KeyValuePair.Create<string, JsonNode?>(path.Name, JsonNode.Parse(path.Value.GetRawText())))
            ).ToJsonString(RecordJson.Compact)
        );

    /// <summary>Validates the rules between keys. They apply only where each key is valid by itself.</summary>
    public void Validate(List<ConfigFault> faults)
    {
        foreach (var leaf in leaves)
        {
            // A default never breaks a rule, so only a given value is compared.
            if (root.FindPath(leaf.Path) is not { } given)
                continue;
            if (leaf.Definition.AtMost is { } limit && Number(leaf.Value) > Number(ValueOf(limit)))
                faults.Add(new(given.Location, leaf.Path, given.Shown, $"at most {limit}, which is {Invariant(ValueOf(limit))}"));
            if (leaf.Definition.DiffersFrom is { } other && Equals(leaf.Value, ValueOf(other)) && !IsExempt(leaf))
                faults.Add(new(given.Location, leaf.Path, given.Shown, $"different from {other}"));
            if (!Applies(leaf))
            {
                var required = $"left out, because {leaf.Definition.OnlyWith} is \"{ValueOf(leaf.Definition.OnlyWith!)}\"";
                faults.Add(new(given.Location, leaf.Path, given.Shown, required, leaf.Definition.OnlyWithHint));
            }
            if (!IsOff(leaf.Value))
                ValidateNeeds(leaf, given, faults);
            if (leaf.Definition.KeyPathsOf is { Count: > 0 } owners)
                ValidateKeyPaths(leaf, owners, given, faults);
        }
    }

    private bool Applies(Leaf leaf) => leaf.Definition.OnlyWith is not { } key || leaf.Definition.AppliesWith((string)ValueOf(key)!);

    private static bool IsExempt(Leaf leaf) => Equals(leaf.Value, leaf.Definition.DiffersUnless);

    private static bool IsOff(object? value) => value is null or 0 or 0.0 or false or "none";

    private void ValidateNeeds(Leaf leaf, LocatedValue given, List<ConfigFault> faults)
    {
        var broken = leaf.Definition.Needs.Where(need => need.All(path => IsOff(ValueOf(path)))).SelectMany(need => need).ToList();
        if (leaf.Definition.Excludes is { } other && !IsOff(ValueOf(other)))
            broken.Add(other);
        if (broken.Count > 0)
        {
            var others = string.Join(" and ", broken.Select(path => $"{path} is {Shown(path)}"));
            faults.Add(new(given.Location, leaf.Path, given.Shown, $"left out, because {others}", leaf.Definition.NeedsHint));
        }
    }

    // A value that is not given is a default, which is off.
    private string Shown(string path) => root.FindPath(path)?.Shown ?? (ValueOf(path) is string text ? $"\"{text}\"" : "0");

    private void ValidateKeyPaths(Leaf leaf, IReadOnlyList<string> owners, LocatedValue given, List<ConfigFault> faults)
    {
        var rule = $"a key path of {string.Join(" or ", owners)}";
        var known = leaf.Definition.KnownKeyPaths(leaves.Select(other => other.Path));
        if (given.Members.Count == 0)
            faults.Add(new(given.Location, leaf.Path, "empty", $"an object with at least one key path of {string.Join(" or ", owners)}"));
        foreach (var member in given.Members)
        {
            var path = $"{leaf.Path}.{member.Key}";
            if (!known.Contains(member.Key, StringComparer.Ordinal))
            {
                var hint = NearestName.Find(member.Key, known) is { } near
                    ? $"Did you mean {near}?{NearestName.Difference(member.Key, near)}"
                    : null;
                faults.Add(new(member.Location, path, "an unknown key", rule, hint));
            }
            if (member.Value is not { Kind: JsonValueKind.Array, Items: [{ Kind: JsonValueKind.String }, { Kind: JsonValueKind.Array }] })
                faults.Add(new(member.Value.Location, path, member.Value.Shown, leaf.Definition.ValueRule!));
        }
    }

    private object? ValueOf(string path) => leaves.First(leaf => leaf.Path == path).Value;

    private static double Number(object? value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static string Invariant(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static IEnumerable<Leaf> Leaves(object owner, IReadOnlyList<SettingDefinition> definitions, string prefix) =>
        definitions.SelectMany(definition =>
            definition.Kind == SettingKind.Object
                ? Leaves(definition.Property.GetValue(owner)!, definition.Members, $"{prefix}{definition.Key}.")
                : [new Leaf(prefix + definition.Key, owner, definition)]
        );

    /// <summary>A key that holds a value, with the record that has its property.</summary>
    private sealed record Leaf(string Path, object Owner, SettingDefinition Definition)
    {
        public object? Value => Definition.Property.GetValue(Owner);
    }
}
