using System.Text.RegularExpressions;

namespace Build.CommandLine;

/// <summary>The rule for the name of a job in Azure Machine Learning.</summary>
internal static partial class JobName
{
    /// <exception cref="FormatException">Carries the rule.</exception>
    public static void Check(string name)
    {
        if (!IsValid(name))
            throw new FormatException("1 to 255 ASCII letters, digits, '-' or '_', the first a letter or digit");
    }

    public static bool IsValid(string name) => Form().IsMatch(name);

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
