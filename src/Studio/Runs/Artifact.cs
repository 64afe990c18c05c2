namespace Studio.Runs;

/// <summary>Describes an artifact of a job.</summary>
/// <param name="Path">Relative path with slashes.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Modified">Time of the last change.</param>
public sealed record Artifact(string Path, long Bytes, DateTimeOffset Modified);
