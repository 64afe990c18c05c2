using Experiments.Json;
using Experiments.Model;
using Experiments.Reading;
using Fixtures;

namespace Experiments.Tests;

public sealed class ExperimentReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Parse_FillsInEveryDefault_WhenOnlyRequiredKeysAreGiven()
    {
        var experiment = Parse(
            """
            {"ENV_CONFIG_FILE": "a.json", "EXP_NAME": "x", "COMPUTE_NAME": "abc", "DATA_MOUNT": "d", "IMAGE_TYPE": "t", "NODES": 3,
             "RUN_PARAMS": {"STEPS": 60}, "MODEL_PARAMS": {"BASE_MODEL": "faster_rcnn_tiny"}}
            """
        );

        ExpectedText.Check("defaults.json", ExperimentJson.Write(experiment).ToJsonString(RecordJson.Options) + "\n");
    }

    [Fact]
    public void Read_NamesTheExistingFiles_WhenTheFileIsMissing()
    {
        folder.Write("b.json", "{}");
        folder.Write("a.json", "{}");
        folder.Write("x.schema.json", "{}");
        var path = Path.Combine(folder.Root, "c.json");

        var error = Assert.Throws<ConfigException>(() => ExperimentReader.Read(path));

        Assert.Equal(
            $"{path} cannot be run:\n  {path}: the file is missing; it must be an exp_config. {folder.Root} holds a.json, b.json.",
            error.Message
        );
    }

    [Fact]
    public void Read_ReportsAFolder_WhenThePathIsOne()
    {
        var error = Assert.Throws<ConfigException>(() => ExperimentReader.Read(folder.Root));

        Assert.Equal($"{folder.Root}: the file is a folder; it must be an exp_config.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Read_ReportsThePlaceThatIsNotUtf8_WhenTheTextIsLatin1()
    {
        var path = folder.Write("latin.json", System.Text.Encoding.Latin1.GetBytes("{\n \"DESCRIPTION\": \"straße\"}"));

        var error = Assert.Throws<ConfigException>(() => ExperimentReader.Read(path));

        Assert.Equal(
            $"{path}(2,22): the text here is not UTF-8; it must be UTF-8. Save the file as UTF-8.",
            Assert.Single(error.Faults).ToString()
        );
    }

    private static Experiment Parse(string text, params string[] overrides) => ExperimentReader.Parse(text, ExperimentText.File, overrides);
}
