using System.Globalization;
using Cake.Core;
using Cake.Core.Diagnostics;
using NSubstitute;

namespace Build.Tests.Log;

public sealed class BuildContextTests
{
    private const string Text = """step {0} of "{STEPS}": 100 % {""";

    private readonly ICakeLog log = Substitute.For<ICakeLog>();

    [Theory]
    [InlineData("1")]
    [InlineData(null)]
    public void Say_WritesTheTextAsItIs(string? noColour)
    {
        using var context = Create(noColour);

        context.Say(Text);

        var (format, arguments) = ReadCall();
        Assert.Equal(Text, string.Format(CultureInfo.InvariantCulture, format, arguments));
    }

    // Cake reads each character of a format through an iterator. A job's log of 200 MB took it 40 seconds.
    [Fact]
    public void Say_GivesCakeNoFormatToRead_WithoutColour()
    {
        using var context = Create("1");

        context.Say(Text);

        Assert.Equal("{0}", ReadCall().Format);
    }

    private BuildContext Create(string? noColour)
    {
        var cake = Substitute.For<ICakeContext>();
        cake.Log.Returns(log);
        cake.Environment.GetEnvironmentVariable("NO_COLOR").Returns(noColour);
        return new BuildContext(cake);
    }

    private (string Format, object[] Arguments) ReadCall()
    {
        var values = Assert.Single(log.ReceivedCalls()).GetArguments();
        return ((string)values[2]!, (object[])values[3]!);
    }
}
