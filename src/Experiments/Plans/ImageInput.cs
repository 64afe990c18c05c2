namespace Experiments.Plans;

/// <summary>One file that goes into an image.</summary>
/// <param name="Path">Relative to the build context, with forward slashes.</param>
/// <param name="Hash">SHA-256 of the bytes, of a link the text of its target in UTF-8: 64 hex digits, lower case.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Kind">File, executable file or link.</param>
public sealed record ImageInput(string Path, string Hash, long Length, ImageInputKind Kind = ImageInputKind.File);
