namespace Build.CommandLine.Groups.Data;

/// <summary>The arguments that say how far images are checked.</summary>
public sealed class DecodeArguments() : ArgumentGroup(Decode)
{
    public const string Full = "full";

    public static readonly Argument<string?> Decode = Arguments.Text(
        "decode",
        "headers|full",
        "what is checked of images in a folder: their headers, or all their pixels; default full where that takes seconds",
        Check
    );

    private static void Check(string text)
    {
        if (text is not ("headers" or Full))
            throw new FormatException("headers or full");
    }
}
