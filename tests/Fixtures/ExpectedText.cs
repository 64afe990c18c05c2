using System.Runtime.CompilerServices;

namespace Fixtures;

/// <summary>The files of a test project's folder <c>Expected</c>, which hold whole outputs.</summary>
public static class ExpectedText
{
    private const string Folder = "Expected";

    /// <summary>Compares a text with a file. With the environment variable UPDATE_EXPECTED the file is written instead.</summary>
    /// <param name="name">Name of the file; <c>.txt</c> is added where it has no extension.</param>
    /// <param name="actual">The text.</param>
    /// <param name="test">The file of the test.</param>
    public static void Check(string name, string actual, [CallerFilePath] string test = "")
    {
        var file = Path.Combine(Folder, Path.HasExtension(name) ? name : name + ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") is not null)
            File.WriteAllText(Path.Combine(ProjectOf(test), file), actual);
        else
            Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)), actual);
    }

    private static string ProjectOf(string test)
    {
        var folder = Path.GetDirectoryName(test)!;
        while (!Directory.Exists(Path.Combine(folder, Folder)))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
