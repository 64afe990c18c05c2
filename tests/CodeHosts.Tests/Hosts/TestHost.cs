using CodeHosts.Hosts;
using CodeHosts.Opening;
using Fixtures;

namespace CodeHosts.Tests.Hosts;

/// <summary>The host of a test's server, on a clock that skips waits.</summary>
internal sealed class TestHost(IReadOnlyDictionary<string, string> variables)
{
    public SkippingTime Time { get; } = new();

    public Dictionary<string, string> Variables { get; } = new(variables, StringComparer.Ordinal);

    public string? Variable(string name) => Variables.GetValueOrDefault(name);

    public ICodeHost Open(string? author = null) => CodeHost.Open(Variable, author, Time);

    public IEventReader OpenEvent(bool isApproved = false) => CodeHost.ReadEvent(Open(), Variable, isApproved);
}
