using System.Text;
using System.Text.Json.Nodes;

namespace Experiments.Tests;

/// <summary>The table tests/settings/cases.json; its notes explain the members.</summary>
internal sealed record SettingsTable(string Base, IReadOnlyList<SettingsTable.SettingsCase> Cases)
{
    public SettingsCase Case(string name) => Cases.Single(item => item.Name == name);

    internal sealed record SettingsCase(string Name)
    {
        public string? Text { get; init; }

        public byte[]? Base64 { get; init; }

        public IReadOnlyList<IReadOnlyList<string>> Replace { get; init; } = [];

        public IReadOnlyList<string> Overrides { get; init; } = [];

        public Dictionary<string, JsonNode?> Values { get; init; } = [];

        public IReadOnlyList<string> Faults { get; init; } = [];

        public bool OnlyReader { get; init; }

        public byte[] Bytes(string valid)
        {
            if (Base64 is not null)
                return Base64;
            var text = Text ?? valid;
            foreach (var change in Replace)
            {
                Assert.Equal(2, text.Split(change[0]).Length);
                text = text.Replace(change[0], change[1], StringComparison.Ordinal);
            }
            return Encoding.UTF8.GetBytes(text);
        }
    }
}
