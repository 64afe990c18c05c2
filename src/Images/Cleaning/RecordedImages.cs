using Experiments.Records;
using Images.Pushing;

namespace Images.Cleaning;

/// <summary>Finds the images that the stage records of a checkout name.</summary>
public static class RecordedImages
{
    /// <summary>Reads every record of a pushed image.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="artifactsFolder">Folder of the stage records.</param>
    /// <exception cref="RecordException">A record is faulty.</exception>
    public static IReadOnlyList<ImageUse> Find(string root, string artifactsFolder) =>
        Directory.Exists(artifactsFolder)
            ?
            [
                .. Directory
                    .EnumerateFiles(artifactsFolder, PushedImage.Stage + ".json", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal)
                    .Select(file => new ImageUse(
                        RecordFile.Read<PushedImage>(file, "Remove it, or run Docker-Push again.").Image,
                        Path.GetRelativePath(root, file)
                    )),
            ]
            : [];
}
