using System.Text;
using Studio.Metrics;

namespace Studio.Tests;

public class MetricLinesTests
{
    [Fact]
    public void Read_ReadsOnlyWhatWasAdded_WhenTheFileGrows()
    {
        var lines = new MetricLines();
        using var file = new MemoryStream();
        Append(file, """{"step": 1, "time": 10.5, "loss": 3, "lr": 0.1}""" + "\n" + """{"step": 2, "lo""");
        lines.Read(file);
        Assert.Equal(2, lines.Count);

        Append(file, """ss": 2}""" + "\n");
        lines.Read(file);
        lines.Read(file);

        Assert.Equal(3, lines.Count);
        Assert.Equal([3.0, 2.0], lines.Find("loss")!.Values);
        Assert.Equal([10_500L, 0L], lines.Find("loss")!.Times);
        Assert.Equal(2, lines.Latest().Single(metric => metric.Name == "loss").Value);
    }

    [Fact]
    public void Read_LeavesLinesOut_WhenTheyAreNoMetrics()
    {
        var lines = new MetricLines();
        using var file = new MemoryStream();
        Append(
            file,
            "garbage\n[1, 2]\n\n{\"step\": \"x\", \"a\": \"NaN\", \"b\": {}, \"c\": null}\n"
                + new string('x', 3_000_000)
                + "\n{\"d\": 1e999}\n"
        );

        lines.Read(file);

        Assert.Equal(["a", "d"], lines.Latest().Select(metric => metric.Name));
        Assert.True(double.IsNaN(lines.Find("a")!.Values[0]));
        Assert.Null(lines.Find("b"));
    }

    [Fact]
    public void Read_StartsAgain_WhenTheFileWasReplacedByAShorterOne()
    {
        var lines = new MetricLines();
        using var file = new MemoryStream();
        Append(file, "{\"step\": 1, \"old\": 1}\n{\"step\": 2, \"old\": 1}\n");
        lines.Read(file);
        file.SetLength(0);
        Append(file, "{\"new\": 1}\n");

        lines.Read(file);

        Assert.Equal(["new"], lines.Latest().Select(metric => metric.Name));
        Assert.Equal(1, lines.Count);
    }

    private static void Append(MemoryStream file, string text)
    {
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(text));
    }
}
