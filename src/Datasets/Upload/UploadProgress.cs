namespace Datasets.Upload;

/// <summary>The progress of an upload.</summary>
/// <param name="FilesDone">Files stored by this upload.</param>
/// <param name="Files">Files to send.</param>
/// <param name="BytesDone">Bytes sent.</param>
/// <param name="Bytes">Bytes to send.</param>
/// <param name="Elapsed">Time since sending began.</param>
public sealed record UploadProgress(int FilesDone, int Files, long BytesDone, long Bytes, TimeSpan Elapsed)
{
    /// <summary>Megabytes per second; 0 when no time has passed.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? BytesDone / 1e6 / Elapsed.TotalSeconds : 0;

    /// <summary>Estimated time to the end, at the rate so far; null while nothing was sent.</summary>
    public TimeSpan? Remaining => BytesDone > 0 ? Elapsed * ((double)(Bytes - BytesDone) / BytesDone) : null;

    public override string ToString()
    {
        var eta = Remaining is { } time
            ? $", ETA {(time.TotalMinutes >= 2 ? $"{time.TotalMinutes:F0} min" : $"{time.TotalSeconds:F0} s")}"
            : "";
        return $"{FilesDone} of {Files} files, {BytesDone / 1e6:F1} of {Bytes / 1e6:F1} MB, {Rate:F1} MB/s{eta}";
    }
}
