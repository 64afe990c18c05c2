namespace Build.Tests.Doubles;

/// <summary>Holds one call of docker as docker receives it.</summary>
/// <param name="Arguments">The arguments.</param>
/// <param name="Input">The standard input; empty when the command reads none.</param>
/// <param name="Variables">The environment, one line for each variable.</param>
internal sealed record DockerCall(IReadOnlyList<string> Arguments, string Input, IReadOnlyList<string> Variables)
{
    /// <summary>Reads the record of a call.</summary>
    /// <param name="folder">Where the stand-in wrote it.</param>
    public static DockerCall Read(string folder)
    {
        var input = Path.Combine(folder, "input");
        return new(
            [.. File.ReadAllText(Path.Combine(folder, "arguments")).Split('\0').SkipLast(1)],
            File.Exists(input) ? File.ReadAllText(input) : "",
            File.ReadAllLines(Path.Combine(folder, "variables"))
        );
    }

    /// <summary>Returns the values of an option that may be given several times.</summary>
    public IEnumerable<string> Values(string option) =>
        Arguments.Zip(Arguments.Skip(1)).Where(pair => pair.First == option).Select(pair => pair.Second);
}
