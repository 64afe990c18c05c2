using System.Globalization;

namespace Build.CommandLine.Groups.Data;

/// <summary>The arguments of an import of labelled images.</summary>
public sealed class ImportArguments() : ArgumentGroup(From, Format, To, TestShare, KeepSplits, Seed)
{
    public static readonly Argument<string?> From = Arguments.Text(
        "from",
        "PATH",
        "a folder or a ZIP archive with labelled images of another tool"
    );

    public static readonly Argument<string?> Format = Arguments.Text(
        "format",
        "NAME",
        "voc, coco, yolo, tfod, labelme, cvat, openimages or auto; default auto"
    );

    public static readonly Argument<string?> To = Arguments.Text(
        "to",
        "FOLDER",
        "the folder that receives IMAGE_TYPE; default the datastore's folder, else artifacts/import"
    );

    public static readonly Argument<string?> TestShare = Arguments.Text(
        "test-share",
        "NUMBER",
        "share of the images in the test split, above 0 and below 1; default 0.2",
        CheckShare
    );

    public static readonly Argument<bool> KeepSplits = Arguments.Switch("keep-splits", "keeps the splits that the source names");

    public static readonly Argument<string?> Seed = Arguments.Text("seed", "N", "decides the split; default 0", CheckSeed);

    private static void CheckShare(string text)
    {
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share);
        if (!isNumber || share is not (> 0 and < 1))
            throw new FormatException("a number above 0 and below 1");
    }

    private static void CheckSeed(string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new FormatException("a whole number from 0");
    }
}
