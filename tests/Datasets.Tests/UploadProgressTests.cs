using Datasets.Upload;

namespace Datasets.Tests;

public class UploadProgressTests
{
    [Theory]
    [InlineData(0, 0L, 0, "0 of 8 files, 0.0 of 250.1 MB, 0.0 MB/s")]
    [InlineData(2, 50_000_000L, 5, "2 of 8 files, 50.0 of 250.1 MB, 10.0 MB/s, ETA 20 s")]
    [InlineData(2, 1_000_000L, 10, "2 of 8 files, 1.0 of 250.1 MB, 0.1 MB/s, ETA 42 min")]
    public void ToString_HasCountsRateAndEta(int files, long bytes, int seconds, string expected) =>
        Assert.Equal(expected, new UploadProgress(files, 8, bytes, 250_100_000, TimeSpan.FromSeconds(seconds)).ToString());

    [Fact]
    public void Report_IsCalledEveryFiveSeconds()
    {
        var time = new SteppedTime();
        var reported = new List<string>();
        var meter = new UploadMeter(3, 12_000_000, new Listener(reported), time);

        for (var second = 1; second <= 11; second++)
        {
            time.Now++;
            meter.Report(1_000_000);
        }

        Assert.Equal(["0 of 3 files, 5.0 of 12.0 MB, 1.0 MB/s, ETA 7 s", "0 of 3 files, 10.0 of 12.0 MB, 1.0 MB/s, ETA 2 s"], reported);
    }

    private sealed class Listener(List<string> reported) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => reported.Add(value.ToString());
    }

    private sealed class SteppedTime : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Now;
    }
}
