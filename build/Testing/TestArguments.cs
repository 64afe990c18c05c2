using Build.CommandLine;

namespace Build.Testing;

/// <summary>The arguments of a test run.</summary>
public sealed class TestArguments() : ArgumentGroup(Suite)
{
    /// <summary>The name that stands for all suites but the end-to-end ones, conformance and house.</summary>
    public const string Unit = "unit";

    public static readonly Argument<string?> Suite = Arguments.Text(
        "suite",
        "NAME",
        "runs only one suite, a project or folder of tests/, or unit for all fast ones; default all"
    );
}
