namespace Build.CommandLine;

/// <summary>The messages about the faults of an argument.</summary>
internal static class ArgumentFaults
{
    public static string Missing(Argument argument) =>
        $"--{argument.Name} is given without a value; it must be given as --{argument.Name}={argument.Form}.";

    public static string Wrong(Argument argument, string text, string rule) => $"--{argument.Name} is \"{text}\"; it must be {rule}.";
}
