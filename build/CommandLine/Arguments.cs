namespace Build.CommandLine;

/// <summary>Creates the usual kinds of arguments.</summary>
public static class Arguments
{
    /// <summary>Creates a switch: given alone or with <c>true</c> it is on, with <c>false</c> it is off.</summary>
    public static Argument<bool> Switch(string name, string help, bool decidesPlan = false) =>
        new(name, "", help, otherwise: false, ParseBoolean) { Alone = "true", DecidesPlan = decidesPlan };

    /// <summary>Creates an argument that is true or false.</summary>
    /// <param name="name">Kebab-case name.</param>
    /// <param name="help">Description of the argument.</param>
    /// <param name="otherwise">The value when it is not given.</param>
    public static Argument<bool> Boolean(string name, string help, bool otherwise) =>
        new(name, "true|false", help, otherwise, ParseBoolean) { Alone = "true" };

    /// <summary>Creates an argument that is any text; it is null when it is not given.</summary>
    /// <param name="name">Kebab-case name.</param>
    /// <param name="form">The form of the value.</param>
    /// <param name="help">Description of the argument.</param>
    /// <param name="check">Throws a <see cref="FormatException"/> with the rule when a text breaks it.</param>
    /// <param name="decidesPlan">Whether the plan follows from it.</param>
    public static Argument<string?> Text(string name, string form, string help, Action<string>? check = null, bool decidesPlan = false) =>
        new(name, form, help, otherwise: null, text => Checked(text, check)) { DecidesPlan = decidesPlan };

    /// <summary>Throws unless a text has the form NAME=VALUE.</summary>
    /// <exception cref="FormatException">Carries the rule.</exception>
    public static void CheckPair(string text, string rule)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.IndexOf('=', StringComparison.Ordinal) < 1)
            throw new FormatException(rule);
    }

    internal static bool ParseBoolean(string text) =>
        bool.TryParse(text, out var value) ? value : throw new FormatException("true or false");

    private static string Checked(string text, Action<string>? check)
    {
        check?.Invoke(text);
        return text;
    }
}
