namespace Build.CommandLine.Groups.Data;

/// <summary>The arguments of an export of a dataset.</summary>
public sealed class ExportArguments() : ArgumentGroup(Format, To, CheckDataArguments.From)
{
    public static readonly Argument<string?> Format = Arguments.Text("format", "NAME", "coco or yolo; default coco", Check);

    public static readonly Argument<string?> To = Arguments.Text(
        "to",
        "FOLDER",
        "the folder that receives the files, empty or missing; default artifacts/export"
    );

    private static void Check(string text)
    {
        if (text is not ("coco" or "yolo"))
            throw new FormatException("coco or yolo");
    }
}
