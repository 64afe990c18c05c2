namespace Cake.Frosting.Tests;

/// <summary>Records the calls of tasks and lifetimes, in order. Their constructors receive it.</summary>
internal sealed class Journal
{
    private readonly List<string> entries = [];

    public IReadOnlyList<string> Entries => entries;

    public void Add(string entry) => entries.Add(entry);
}
