namespace Build.CommandLine.Groups;

/// <summary>The arguments of a download.</summary>
public sealed class FetchArguments() : ArgumentGroup(To)
{
    public static readonly Argument<string?> To = Arguments.Text("to", "FOLDER", "the destination folder; default artifacts/JOB");
}
