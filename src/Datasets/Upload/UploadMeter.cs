namespace Datasets.Upload;

/// <summary>Counts what an upload has sent, and reports it every few seconds.</summary>
/// <param name="files">Files to send.</param>
/// <param name="bytes">Bytes to send.</param>
/// <param name="progress">Receives the progress, one call at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class UploadMeter(int files, long bytes, IProgress<UploadProgress> progress, TimeProvider time) : IProgress<long>
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private readonly Lock counting = new();
    private readonly long started = time.GetTimestamp();
    private long reported = time.GetTimestamp();
    private long bytesDone;
    private int filesDone;

    /// <summary>Counts bytes that were sent.</summary>
    public void Report(long value) => Count(value, 0);

    /// <summary>Counts a file that was stored.</summary>
    public void FileDone() => Count(0, 1);

    private void Count(long moreBytes, int moreFiles)
    {
        lock (counting)
        {
            (bytesDone, filesDone) = (bytesDone + moreBytes, filesDone + moreFiles);
            if (time.GetElapsedTime(reported) < Pace)
                return;
            reported = time.GetTimestamp();
            progress.Report(new(filesDone, files, bytesDone, bytes, time.GetElapsedTime(started)));
        }
    }
}
