using Build.LocalRuntime;

namespace Build.Testing;

/// <summary>Finds the test suites of the repository.</summary>
internal static class TestSuites
{
    // With every seed.
    private static readonly TimeSpan LongestAtNight = TimeSpan.FromMinutes(60);

    /// <summary>Returns the suites for pytest, those for Node and the xunit projects.</summary>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="isNight">Whether this is the nightly run, which has time for every test.</param>
    public static IReadOnlyList<TestSuite> Discover(string root, bool isNight)
    {
        var tests = Path.Combine(root, "tests");
        var oneLevel = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 };
        TestSuite[] suites =
        [
            .. TestSuite.Trainer(root, isNight),
            TestSuite.Pytest(root, TestSuite.House),
            TestSuite.PythonClients(root),
            .. Directory
                .EnumerateFiles(tests, "package.json", oneLevel)
                .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!))
                .Order(StringComparer.Ordinal)
                .Select(name => TestSuite.Node(root, name)),
            .. Directory
                .EnumerateFiles(tests, "*.Tests.csproj", SearchOption.AllDirectories)
                .OrderBy(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal)
                .Select(project => TestSuite.Xunit(root, project, DotNet.Configuration, isNight)),
        ];
        return isNight ? [.. suites.Select(suite => suite with { Longest = LongestAtNight })] : suites;
    }
}
