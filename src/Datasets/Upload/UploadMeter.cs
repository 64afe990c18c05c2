namespace Datasets.Upload;

/// <summary>Counts what an upload has sent, and says so every few seconds.</summary>
/// <param name="files">Files to send.</param>
/// <param name="bytes">Bytes to send.</param>
/// <param name="progress">Told now and then, one call at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class UploadMeter(int files, long bytes, IProgress<UploadProgress> progress, TimeProvider time) : IProgress<long>
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private readonly Lock counting = new();
    private readonly long started = time.GetTimestamp();
    private long said = time.GetTimestamp();
    private long bytesDone;
    private int filesDone;

    /// <summary>Bytes have gone.</summary>
    public void Report(long value) => Count(value, 0);

    /// <summary>A file is in its place.</summary>
    public void FileDone() => Count(0, 1);

    private void Count(long moreBytes, int moreFiles)
    {
        lock (counting)
        {
            (bytesDone, filesDone) = (bytesDone + moreBytes, filesDone + moreFiles);
            if (time.GetElapsedTime(said) < Pace)
                return;
            said = time.GetTimestamp();
            progress.Report(new(filesDone, files, bytesDone, bytes, time.GetElapsedTime(started)));
        }
    }
}
