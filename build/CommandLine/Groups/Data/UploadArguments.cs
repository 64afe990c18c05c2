namespace Build.CommandLine.Groups.Data;

/// <summary>The arguments of an upload.</summary>
public sealed class UploadArguments() : ArgumentGroup(From)
{
    public static readonly Argument<string?> From = Arguments.Text(
        "from",
        "FOLDER",
        "the folder, in the datastore layout: {IMAGE_TYPE}/images, {IMAGE_TYPE}/datasets, models/{BASE_MODEL}"
    );
}
