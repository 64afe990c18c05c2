namespace Images.Inputs;

/// <summary>Reads the build arguments that a Dockerfile declares.</summary>
internal static class DockerfileArguments
{
    /// <summary>
    /// Reads the defaults of the <c>ARG</c> instructions before the first <c>FROM</c>, by name; an argument without a default is left out.
    /// </summary>
    /// <param name="dockerfile">Text of a Dockerfile. Defaults are plain or quoted words; nothing in them is substituted.</param>
    public static Dictionary<string, string> Defaults(string dockerfile)
    {
        var defaults = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in dockerfile.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (IsInstruction(line, "FROM"))
                break;
            if (!IsInstruction(line, "ARG"))
                continue;

            foreach (var argument in Words(line))
            {
                if (argument.Split('=', 2) is [var name, var value])
                    defaults[name] = value.Trim('"', '\'');
            }
        }

        return defaults;
    }

    /// <summary>Returns whether an <c>ARG</c> instruction of any stage declares the argument.</summary>
    public static bool Declares(string dockerfile, string argument) =>
        dockerfile
            .Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => IsInstruction(line, "ARG"))
            .SelectMany(Words)
            .Any(word => word.Split('=', 2)[0] == argument);

    private static string[] Words(string line) => line[3..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static bool IsInstruction(string line, string name) =>
        line.Length > name.Length && char.IsWhiteSpace(line[name.Length]) && line.StartsWith(name, StringComparison.OrdinalIgnoreCase);
}
