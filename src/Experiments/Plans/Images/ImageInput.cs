namespace Experiments.Plans.Images;

/// <summary>One input file of an image.</summary>
/// <param name="Path">Relative to the build context, with forward slashes.</param>
/// <param name="Hash">SHA-256 of the bytes; for a link, of its target's path in UTF-8. 64 hex digits, lower case.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Kind">File, executable file or link.</param>
public sealed record ImageInput(string Path, string Hash, long Length, ImageInputKind Kind = ImageInputKind.File);
