namespace Build.CommandLine.Groups;

/// <summary>The arguments that decide the readable tags of an image.</summary>
public sealed class TagArguments() : ArgumentGroup(VersionTag, TagLatest)
{
    public static readonly Argument<string?> VersionTag = Arguments.Text(
        "version-tag",
        "TAG",
        "a version tag of the image; default the git tag of this commit, if any",
        decidesPlan: true
    );

    public static readonly Argument<bool> TagLatest = Arguments.Switch(
        "tag-latest",
        "sets the tag latest on other branches than main too",
        decidesPlan: true
    );
}
