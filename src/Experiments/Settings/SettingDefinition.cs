using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Experiments.Json;

namespace Experiments.Settings;

/// <summary>One key of a configuration file, as its <see cref="SettingAttribute"/> and the type of its property declare it.</summary>
internal sealed class SettingDefinition
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<SettingDefinition>> Known = new();

    private readonly SettingAttribute attribute;
    private readonly Lazy<Regex?> pattern;
    private readonly Lazy<Regex?> choicePattern;
    private readonly Lazy<Regex?> refusedPattern;
    private readonly Lazy<Regex?> onlyWithPattern;

    private SettingDefinition(PropertyInfo property, SettingAttribute attribute)
    {
        this.attribute = attribute;
        Property = property;
        ValueType = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Kind = KindOf(ValueType, attribute);
        pattern = Whole(attribute.Pattern);
        choicePattern = Whole(attribute.ChoicePattern);
        refusedPattern = Whole(attribute.RefusedPattern);
        onlyWithPattern = Whole(attribute.OnlyWithPattern);
        Choices = ValueType.IsEnum ? [.. Enum.GetValues(ValueType).Cast<object>().Select(EnumText)] : attribute.Choices ?? [];
        MemberType = Kind switch
        {
            SettingKind.Object => ValueType,
            SettingKind.Map => ValueType.GetGenericArguments()[1],
            _ => null,
        };
        Members = MemberType is null ? [] : Of(MemberType);
    }

    public PropertyInfo Property { get; }

    public Type ValueType { get; }

    public SettingKind Kind { get; }

    public string Key => attribute.Key;

    public string Description => attribute.Description;

    public bool Required => attribute.Required;

    public Decides Decides => attribute.Decides;

    public Regex? Pattern => pattern.Value;

    /// <summary><see cref="Pattern"/> as JSON schema writes it.</summary>
    public string? PatternText => attribute.Pattern;

    public IReadOnlyList<string> Choices { get; }

    /// <summary>The choices and the further strings as one regular expression of JSON schema; null without further strings.</summary>
    public string? ChoicePatternText => attribute.ChoicePattern is { } further ? $"^({string.Join('|', Choices)}|{further[1..^1]})$" : null;

    /// <summary>Regular expression of the strings whose fault says why they are not permitted, as JSON schema writes it.</summary>
    public string? RefusedPatternText => attribute.RefusedPattern;

    public string? RefusedHint => attribute.RefusedHint;

    public string? OnlyWith => attribute.OnlyWith;

    /// <summary>Regular expression of the values of <see cref="OnlyWith"/> to which this key applies, as JSON schema writes it.</summary>
    public string? OnlyWithPatternText => attribute.OnlyWithPattern;

    public string? OnlyWithHint => attribute.OnlyWithHint;

    public IReadOnlyList<int> IntegerChoices => attribute.IntegerChoices ?? [];

    public double Minimum => attribute.Minimum;

    public double Maximum => attribute.Maximum;

    public bool ExclusiveMinimum => attribute.ExclusiveMinimum;

    public string? Unit => attribute.Unit;

    public string? DefaultText => attribute.DefaultText ?? DefaultFrom?.Text;

    /// <summary>Default of a missing key, when it follows from other keys.</summary>
    public DependentDefault? DefaultFrom => attribute.DefaultFrom is { } expression ? DependentDefault.Parse(expression) : null;

    public string? AtMost => attribute.AtMost;

    public string? DiffersFrom => attribute.DiffersFrom;

    public string? DiffersUnless => attribute.DiffersUnless;

    /// <summary>The key paths of which one must not be off, for each need.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Needs => [.. (attribute.Needs ?? []).Select(need => need.Split(" or "))];

    public string? Excludes => attribute.Excludes;

    public string? NeedsHint => attribute.NeedsHint;

    public IReadOnlyList<string> KeyPathsOf => attribute.KeyPathsOf ?? [];

    public string? ValueRule => attribute.ValueRule;

    /// <summary>The rules between this key and others, as sentences that begin with a space; empty when there are none.</summary>
    public string Relations =>
        (AtMost is null ? "" : $" At most {AtMost}.")
        + (DiffersFrom is null ? "" : $" Different from {DiffersFrom}, unless both are {DiffersUnless}.")
        + (NeedsHint is null ? "" : " " + NeedsHint)
        + (OnlyWithHint is null ? "" : " " + OnlyWithHint);

    /// <summary>Record of the value, or of each value of a map; null for a single value.</summary>
    public Type? MemberType { get; }

    public IReadOnlyList<SettingDefinition> Members { get; }

    /// <summary>Whether the object has a required key, so that the object itself is required.</summary>
    public bool HoldsRequired => Kind == SettingKind.Object && Members.Any(member => member.Required || member.HoldsRequired);

    /// <summary>Value of a missing key; null when the key has no default, or one that follows from other keys.</summary>
    public JsonNode? Default =>
        attribute switch
        {
            { DefaultJson: { } json } => JsonNode.Parse(json),
            { Default: { } value } when ValueType.IsEnum => JsonValue.Create(EnumText(value)),
            { Default: string text } => JsonValue.Create(text),
            { Default: bool truth } => JsonValue.Create(truth),
            { Default: int whole } => JsonValue.Create(whole),
            { Default: double number } => JsonValue.Create(number),
            _ => null,
        };

    /// <summary>A valid value, as it is written on a command line; null when none is declared.</summary>
    public string? Example =>
        attribute.Example
        ?? (
            Default is { } value
                ? value.GetValueKind() == JsonValueKind.String
                    ? value.GetValue<string>()
                    : value.ToJsonString(RecordJson.Compact)
                : null
        );

    /// <summary>The rule of the value, to be read after "it must be".</summary>
    public string Rule
    {
        get
        {
            var rule = Kind switch
            {
                SettingKind.Choice when Choices.Count > 0 => "one of "
                    + string.Join(", ", Choices.Select(choice => $"\"{choice}\""))
                    + (attribute.ChoicePatternRule is { } further ? " or " + further : ""),
                SettingKind.Integer when IntegerChoices.Count > 0 => string.Join(" or ", IntegerChoices),
                SettingKind.Integer => "a whole number " + Range,
                SettingKind.Number => "a number " + Range,
                SettingKind.Boolean => "true or false",
                SettingKind.Text => attribute.Rule ?? "a string",
                _ => "an object",
            };
            return Unit is null ? rule : $"{rule} ({Unit})";
        }
    }

    /// <summary>The rule of the names of a map.</summary>
    public string NameRule => attribute.Rule ?? "a name";

    private string Range => ExclusiveMinimum ? $"above {Minimum} and at most {Maximum}" : $"from {Minimum} to {Maximum}";

    /// <summary>Returns the keys that a record declares, in their order.</summary>
    public static IReadOnlyList<SettingDefinition> Of(Type record) =>
        Known.GetOrAdd(record, static type =>
            [
                .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .OrderBy(property => property.MetadataToken)
                    .Select(property => (property, attribute: property.GetCustomAttribute<SettingAttribute>()))
                    .Where(pair => pair.attribute is not null)
                    .Select(pair => new SettingDefinition(pair.property, pair.attribute!)),
            ]
        );

    /// <summary>Returns the keys of older files that a record declares.</summary>
    public static IEnumerable<RetiredKeyAttribute> RetiredKeys(Type record) => record.GetCustomAttributes<RetiredKeyAttribute>();

    /// <summary>Returns the keys that hold a value with their paths, in the order of declaration.</summary>
    public static IEnumerable<(string Path, SettingDefinition Definition)> Leaves(
        IReadOnlyList<SettingDefinition> definitions,
        string prefix
    ) =>
        definitions.SelectMany(definition =>
            definition.Kind == SettingKind.Object
                ? Leaves(definition.Members, $"{prefix}{definition.Key}.")
                : [(prefix + definition.Key, definition)]
        );

    /// <summary>Returns those of all key paths that may be a key of the value.</summary>
    public IReadOnlyList<string> KnownKeyPaths(IEnumerable<string> paths) =>
        [.. paths.Where(path => KeyPathsOf.Any(owner => path.StartsWith(owner + ".", StringComparison.Ordinal)))];

    /// <summary>Returns whether a string is one of the choices, or one of the further strings beside them.</summary>
    public bool IsChoice(string text) => Choices.Contains(text, StringComparer.Ordinal) || choicePattern.Value?.IsMatch(text) == true;

    /// <summary>Returns whether a string is not permitted for a reason that <see cref="RefusedHint"/> says.</summary>
    public bool IsRefused(string text) => refusedPattern.Value?.IsMatch(text) == true;

    /// <summary>Returns whether this key applies while the key <see cref="OnlyWith"/> has a value.</summary>
    public bool AppliesWith(string value) => onlyWithPattern.Value?.IsMatch(value) ?? true;

    public object EnumValue(string text) => Enum.GetValues(ValueType).Cast<object>().First(value => EnumText(value) == text);

    public static string EnumText(object value) =>
        value.GetType().GetField(value.ToString()!)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? value.ToString()!;

    // In JSON schema '$' is the end of the text; in .NET it is also before a last line break.
    private static Lazy<Regex?> Whole(string? pattern) =>
        new(() => pattern is null ? null : new Regex(pattern[..^1] + @"\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));

    private static SettingKind KindOf(Type type, SettingAttribute attribute) =>
        type switch
        {
            _ when type.IsEnum => SettingKind.Choice,
            _ when type == typeof(string) => attribute.Choices is null ? SettingKind.Text : SettingKind.Choice,
            _ when type == typeof(int) => SettingKind.Integer,
            _ when type == typeof(double) => SettingKind.Number,
            _ when type == typeof(bool) => SettingKind.Boolean,
            _ when type == typeof(JsonElement) => SettingKind.KeyPaths,
            _ when type.IsGenericType => SettingKind.Map,
            _ => SettingKind.Object,
        };
}
