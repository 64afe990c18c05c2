namespace Build.CommandLine.Groups;

/// <summary>The arguments that decide how an image is built.</summary>
public sealed class ImageBuildArguments() : ArgumentGroup(Rebuild, CloudBuild)
{
    public static readonly Argument<bool> Rebuild = Arguments.Switch(
        "rebuild",
        "builds the image even if the registry has it, without any cache"
    );

    public static readonly Argument<bool> CloudBuild = Arguments.Switch(
        "cloud-build",
        "builds in Azure (ACR Tasks), for machines without Docker"
    );
}
