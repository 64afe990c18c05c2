using System.Runtime.CompilerServices;

namespace Reports.Tests;

/// <summary>The files of <c>Expected/</c> with whole texts.</summary>
internal static class ExpectedText
{
    /// <summary>Compares a text with a file. With the environment variable UPDATE_EXPECTED the file is written instead.</summary>
    public static void Check(string name, string actual, [CallerFilePath] string test = "")
    {
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") is not null)
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(test)!, "Expected", name), actual);
        else
            Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Expected", name)), actual);
    }
}
