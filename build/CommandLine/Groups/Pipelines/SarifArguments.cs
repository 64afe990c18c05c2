namespace Build.CommandLine.Groups.Pipelines;

/// <summary>The arguments of targets that report faults.</summary>
public sealed class SarifArguments() : ArgumentGroup(Sarif)
{
    public static readonly Argument<string?> Sarif = Arguments.Text(
        "sarif",
        "FILE",
        "writes the faults as SARIF 2.1.0 too; in a pipeline they are annotations in any case"
    );
}
