namespace Build.CommandLine.Groups;

/// <summary>The arguments of the studio.</summary>
public sealed class StudioArguments() : ArgumentGroup(Job, Data)
{
    public static readonly Argument<string?> Job = Arguments.Text(
        "job",
        "NAME|FOLDER",
        "a job of the emulator, or a folder of fetched artifacts or of such folders; default every job of the emulator"
    );

    public static readonly Argument<string?> Data = Arguments.Text(
        "data",
        "FOLDER",
        "the dataset in the datastore layout, whose images are shown with fetched artifacts"
    );
}
