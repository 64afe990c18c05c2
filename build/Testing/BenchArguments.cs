using Build.CommandLine;

namespace Build.Testing;

/// <summary>The arguments of a benchmark.</summary>
public sealed class BenchArguments() : ArgumentGroup(Name)
{
    /// <summary>The name that stands for every benchmark.</summary>
    public const string All = "all";

    public static readonly Argument<string> Name = new(
        "name",
        "NAME",
        "the benchmark: a file of bench/ without its extension, or all (default)",
        otherwise: All,
        text => text
    );
}
