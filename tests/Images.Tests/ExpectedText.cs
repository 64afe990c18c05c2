namespace Images.Tests;

/// <summary>Compares console output, whole, with a file in the folder Expected.</summary>
internal static class ExpectedText
{
    /// <summary>Compares the lines with the file.</summary>
    /// <param name="file">Name of the file.</param>
    /// <param name="lines">The lines that were written.</param>
    /// <param name="replaced">Texts that differ from run to run, and the words for them in the file.</param>
    public static void Matches(string file, IEnumerable<string> lines, params (string Text, string Word)[] replaced)
    {
        var actual = string.Concat(lines.Select(line => line + "\n"));
        foreach (var (text, word) in replaced)
            actual = actual.Replace(text, word, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Expected", file)), actual);
    }
}
