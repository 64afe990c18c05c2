namespace Cake.Frosting.Tests;

/// <summary>What tasks and lifetimes did, in order. Injected into them through their constructors.</summary>
internal sealed class Journal
{
    private readonly List<string> entries = [];

    public IReadOnlyList<string> Entries => entries;

    public void Add(string entry) => entries.Add(entry);
}
