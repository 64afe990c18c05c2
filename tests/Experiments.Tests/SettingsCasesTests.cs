using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Reading;
using Fixtures;
using Json.Schema;

namespace Experiments.Tests;

/// <summary>The shared table of exp_configs, which the trainer's tests run too; here it is also compared with the JSON schema.</summary>
public class SettingsCasesTests
{
    private static readonly SettingsTable Table = JsonSerializer.Deserialize<SettingsTable>(
        Repository.Read("tests/settings/cases.json"),
        RecordJson.Options
    )!;

    private static readonly JsonSchema Schema = JsonSchema.FromText(ForDotNet(Repository.Read("exp_configs/exp_config.schema.json")));

    public static TheoryData<string> Names => [.. Table.Cases.Select(item => item.Name)];

    public static TheoryData<string> DocumentNames => [.. Table.Cases.Where(item => item.Overrides.Count == 0).Select(item => item.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_GivesTheValuesOrTheFaultsOfTheTable(string name)
    {
        var item = Table.Case(name);
        try
        {
            var node = ExperimentJson.Write(ExperimentReader.Parse(item.Bytes(Table.Base), ExperimentText.File, item.Overrides));
            Assert.Empty(item.Faults);
            foreach (var (path, expected) in item.Values)
                Assert.True(JsonNode.DeepEquals(expected, At(node, path)), $"{path} is {At(node, path)}, not {expected}");
        }
        catch (ConfigException error)
        {
            Assert.Equal(item.Faults, error.Faults.Select(fault => fault.ToString()));
        }
    }

    [Theory]
    [MemberData(nameof(DocumentNames))]
    public void Schema_AcceptsWhatTheReaderAccepts(string name)
    {
        var item = Table.Case(name);

        Assert.Equal(item.Faults.Count == 0 || item.OnlyReader, IsValid(item.Bytes(Table.Base)));
    }

    [Theory]
    [InlineData("exp_configs/demo.json")]
    [InlineData("exp_configs/pothole.json")]
    public void Schema_AcceptsTheExamples(string path) => Assert.True(IsValid(Encoding.UTF8.GetBytes(Repository.Read(path))));

    [Fact]
    public void Schema_AcceptsTheCanonicalTextOfAnExperiment() =>
        Assert.True(
            IsValid(
                Encoding.UTF8.GetBytes(ExperimentJson.WriteCanonical(ExperimentReader.Parse(ExperimentText.Valid, ExperimentText.File)))
            )
        );

    [Fact]
    public void Base_IsTheValidExperimentOfTheTests() => Assert.Equal(ExperimentText.Valid, Table.Base);

    private static JsonNode? At(JsonNode? node, string path) => path.Split('.').Aggregate(node, (inner, key) => inner?[key]);

    private static bool IsValid(byte[] utf8)
    {
        var text = utf8.AsMemory(utf8.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
        try
        {
            using var document = JsonDocument.Parse(text);
            return Schema.Evaluate(document.RootElement).IsValid;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>In JSON schema '$' is the end of the text; in .NET, which the library uses, it is also before a last line break.</summary>
    private static string ForDotNet(string schema)
    {
        var root = JsonNode.Parse(schema)!;
        Anchor(root);
        return root.ToJsonString();
    }

    private static void Anchor(JsonNode? node)
    {
        if (node is not JsonObject members)
            return;
        if (members["pattern"] is JsonValue pattern)
            members["pattern"] = pattern.GetValue<string>()[..^1] + @"\z";
        foreach (var (_, member) in members.ToList())
            Anchor(member);
    }
}
