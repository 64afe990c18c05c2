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
    public static ProcessArgumentBuilder AppendOptions(
        this ProcessArgumentBuilder arguments,
        AutoToolSettings settings,
        params ReadOnlySpan<string> except
    )
    {
        foreach (var property in PropertiesOf(settings.GetType()))
        {
            if (!except.Contains(property.Name))
                Append(arguments, property, property.GetValue(settings));
        }

        return arguments;
    }

    /// <summary>Quotes a value so that the process receives it as it is, quotation marks and trailing backslashes included.</summary>
    public static string Quote(string value) =>
        $"\"{BeforeQuote().Replace(value, "$0$0").Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

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
                arguments.Append($"--{name} {Quote(text)}");
                break;
            case string[] texts:
                foreach (var text in texts)
                    arguments.Append($"--{name} {Quote(text)}");

                break;
            default:
                throw new NotSupportedException(
                    $"{property.DeclaringType?.Name}.{property.Name} is {value.GetType().Name}; it must be a bool, long, string "
                        + "or string[]."
                );
        }
    }

    [GeneratedRegex("[A-Z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();

    // Backslashes are doubled only where a quotation mark follows: in the value, or the closing one.
    [GeneratedRegex("\\\\+(?=\"|$)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BeforeQuote();
}
