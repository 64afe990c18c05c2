using System.Text;
using System.Text.Json;
using Experiments.Json;
using Experiments.Model;
using Experiments.Settings;

namespace Experiments.Reading;

/// <summary>Puts the values of <c>--set=KEY.PATH=VALUE</c> into an exp_config before it is validated.</summary>
internal static class Overrides
{
    /// <summary>Applies the overrides in order, the last one of a key winning.</summary>
    /// <param name="root">The exp_config; changed in place.</param>
    /// <param name="overrides">Each <c>KEY.PATH=VALUE</c>, with or without the option's name before it.</param>
    /// <param name="validator">Describes the fault of an unknown key.</param>
    /// <param name="faults">Receives the faults.</param>
    public static void Apply(LocatedValue root, IEnumerable<string> overrides, SettingsValidator validator, List<ConfigFault> faults)
    {
        foreach (var argument in overrides)
        {
            var text = argument.StartsWith(ConfigLocation.OverrideOption, StringComparison.Ordinal)
                ? argument[ConfigLocation.OverrideOption.Length..]
                : argument;
            var separator = text.IndexOf('=', StringComparison.Ordinal);
            var where = new ConfigLocation(Shown(text, separator));
            if (separator <= 0)
            {
                faults.Add(
                    new(where, "", "without a key and a value", "KEY.PATH=VALUE, as in --set=RUN_PARAMS.STEPS=1000")
                    {
                        Subject = "the override",
                    }
                );
            }
            else
            {
                Apply(root, text[..separator], text[(separator + 1)..], where, validator, faults);
            }
        }
    }

    private static string Shown(string text, int separator) =>
        SecretWords.LooksLikeSecret(text) || (separator > 0 && SecretWords.IsSecretKey(text[..separator]))
            ? ConfigLocation.OverrideOption + (separator > 0 ? text[..separator] + "=…" : "…")
            : ConfigLocation.OverrideOption + text;

    private static void Apply(
        LocatedValue root,
        string path,
        string text,
        ConfigLocation where,
        SettingsValidator validator,
        List<ConfigFault> faults
    )
    {
        var all = SettingDefinition.Of(typeof(Experiment));
        var (siblings, prefix, target) = (all, "", root);
        var rest = path;
        while (true)
        {
            var dot = rest.IndexOf('.', StringComparison.Ordinal);
            var key = dot < 0 ? rest : rest[..dot];
            if (siblings.FirstOrDefault(candidate => candidate.Key == key) is not { } definition)
            {
                faults.Add(
                    validator.FaultOfUnknownKey(prefix, new(rest, where, root)) ?? validator.UnknownKey(where, prefix, rest, siblings, all)
                );
                return;
            }
            if (dot < 0)
            {
                target?.Set(key, Value(definition, text, where));
                return;
            }
            if (definition.Kind is not (SettingKind.Object or SettingKind.KeyPaths))
            {
                faults.Add(new(where, path, "an unknown key", $"{prefix}{key}, which holds one value"));
                return;
            }
            target = Inner(target, key, where);
            rest = rest[(dot + 1)..];
            if (definition.Kind == SettingKind.KeyPaths)
            {
                target?.Set(rest, Json(text, where) ?? Text(text, where));
                return;
            }
            (siblings, prefix) = (definition.Members, $"{prefix}{key}.");
        }
    }

    /// <summary>
    /// Returns the object of a key, which is created when it is missing. Null when the key has another value, which is a fault of its own.
    /// </summary>
    private static LocatedValue? Inner(LocatedValue? target, string key, ConfigLocation where)
    {
        if (target is null)
            return null;
        if (target.Find(key)?.Value is { } existing)
            return existing.Kind == JsonValueKind.Object ? existing : null;
        var made = new LocatedValue(JsonValueKind.Object, "", target.Location.Line is null ? where : target.Location);
        target.Set(key, made);
        return made;
    }

    /// <summary>
    /// Reads the value of a key. A string stays what was typed, unless it is a JSON string; anything else is JSON where it can be.
    /// </summary>
    private static LocatedValue Value(SettingDefinition definition, string text, ConfigLocation where)
    {
        var json = Json(text, where);
        if (definition.Kind is SettingKind.Text or SettingKind.Choice)
            return json is { Kind: JsonValueKind.String } ? json : Text(text, where);
        return json ?? Text(text, where);
    }

    private static LocatedValue Text(string text, ConfigLocation where) => new(JsonValueKind.String, text, where);

    /// <summary>Reads a value as JSON. A text that is not JSON is not a fault here: the text itself is the value.</summary>
    private static LocatedValue? Json(string text, ConfigLocation where) =>
        LocatedJson.Read(Encoding.UTF8.GetBytes(text), where.Source, [], where);
}
