namespace Fixtures;

/// <summary>The files of the repository that tests read, as they were when the tests were built.</summary>
public static class Repository
{
    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "repository");

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));
}
