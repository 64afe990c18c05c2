namespace Datasets.Upload;

/// <summary>How far an upload is.</summary>
/// <param name="FilesDone">Files in their place, those that were there before not counted.</param>
/// <param name="Files">Files to send.</param>
/// <param name="BytesDone">Bytes that have gone.</param>
/// <param name="Bytes">Bytes to send.</param>
/// <param name="Elapsed">Time since sending began.</param>
public sealed record UploadProgress(int FilesDone, int Files, long BytesDone, long Bytes, TimeSpan Elapsed)
{
    /// <summary>Megabytes a second; 0 when no time has passed.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? BytesDone / 1e6 / Elapsed.TotalSeconds : 0;

    /// <summary>At the rate so far; null while nothing has gone.</summary>
    public TimeSpan? Left => BytesDone > 0 ? Elapsed * ((double)(Bytes - BytesDone) / BytesDone) : null;

    public override string ToString()
    {
        var left = Left is { } time
            ? $", {(time.TotalMinutes >= 2 ? $"{time.TotalMinutes:F0} min" : $"{time.TotalSeconds:F0} s")} left"
            : "";
        return $"{FilesDone} of {Files} files, {BytesDone / 1e6:F1} of {Bytes / 1e6:F1} MB, {Rate:F1} MB/s{left}";
    }
}
