namespace Build.CommandLine;

/// <summary>The messages about the faults of an argument.</summary>
internal static class ArgumentFaults
{
    public static string Missing(Argument argument) =>
        $"--{argument.Name} is given without a value; it must be given as --{argument.Name}={argument.Form}.";

    /// <summary>Returns the message about a value that breaks a rule. A rule that proposes a value ends with a question mark.</summary>
    public static string Wrong(Argument argument, string text, string rule) =>
        $"--{argument.Name} is \"{text}\"; it must be {rule}{(rule.EndsWith('?') ? "" : ".")}";
}
