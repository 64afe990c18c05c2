using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Cake.Core;
using Cake.Core.IO;
using Cake.Core.Tooling;

namespace Cake.Docker;

/// <summary>Renders settings as options of the docker command line.</summary>
internal static partial class Options
{
    /// <summary>
    /// Names the switch with which tests quote values as Cake.Core does before version 7: without escaping what is inside.
    /// </summary>
    private const string PlainQuotes = "Cake.Docker.PlainQuotes";

    public static ProcessArgumentBuilder AppendOptions(this ProcessArgumentBuilder arguments, AutoToolSettings settings)
    {
        foreach (var property in PropertiesOf(settings.GetType()))
            Append(arguments, property, property.GetValue(settings));

        return arguments;
    }

    // What ToolSettings declares is about the process. The order of declaration is the order of metadata tokens.
    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property =>
                property.DeclaringType is { } declaring && declaring != typeof(ToolSettings) && declaring != typeof(AutoToolSettings)
            )
            .OrderBy(property => property.MetadataToken);

    private static void Append(ProcessArgumentBuilder arguments, PropertyInfo property, object? value)
    {
        var name = WordStart().Replace(property.Name, "-$0").TrimStart('-').ToLowerInvariant();
        var format = property.GetCustomAttribute<AutoPropertyAttribute>()?.Format;
        switch (value)
        {
            case null:
                break;
            case bool flag when format is not null:
                arguments.Append(string.Format(CultureInfo.InvariantCulture, format, name, flag));
                break;
            case true:
                arguments.Append($"--{name}");
                break;
            case false:
                break;
            case long number:
                arguments.Append($"--{name} {number}");
                break;
            case string text:
                AppendText(arguments, name, text);
                break;
            case string[] texts:
                foreach (var text in texts)
                    AppendText(arguments, name, text);

                break;
            default:
                throw new NotSupportedException(
                    $"{property.DeclaringType?.Name}.{property.Name} is {value.GetType().Name}; it must be a bool, long, string "
                        + "or string[]."
                );
        }
    }

    // An empty value is omitted, as upstream does.
    private static void AppendText(ProcessArgumentBuilder arguments, string name, string text)
    {
        if (text.Length == 0)
            return;

        arguments.Append($"--{name}");
        if (AppContext.TryGetSwitch(PlainQuotes, out var isPlain) && isPlain)
            arguments.Append($"\"{text}\"");
        else
            arguments.AppendQuoted(text);
    }

    [GeneratedRegex("[A-Z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();
}
