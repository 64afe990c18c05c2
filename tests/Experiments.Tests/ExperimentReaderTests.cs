using Experiments.Json;
using Experiments.Model;
using Experiments.Reading;
using Fixtures;

namespace Experiments.Tests;

public sealed class ExperimentReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> BadOverrides =>
        new()
        {
            {
                "RUN_PARAMS.STEPS=abc",
                "--set=RUN_PARAMS.STEPS=abc: RUN_PARAMS.STEPS is \"abc\"; it must be a whole number from 1 to 10000000 (optimizer steps)."
            },
            {
                "--set=RUN_PARAMS.STEPS=0",
                "--set=RUN_PARAMS.STEPS=0: RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 (optimizer steps)."
            },
            {
                "RUN_PARAMS.STEP=4",
                "--set=RUN_PARAMS.STEP=4: RUN_PARAMS.STEP is an unknown key; it must be one of the keys of RUN_PARAMS. Did you mean RUN_PARAMS.STEPS?"
            },
            {
                "STEPS=4",
                "--set=STEPS=4: STEPS is an unknown key; it must be one of the keys of an exp_config. Did you mean RUN_PARAMS.STEPS?"
            },
            {
                "RUN_PARAM.STEPS=4",
                "--set=RUN_PARAM.STEPS=4: RUN_PARAM.STEPS is an unknown key; it must be one of the keys of an exp_config. Did you mean RUN_PARAMS.STEPS?"
            },
            {
                "RUN_PARAMS.STEPS.X=4",
                "--set=RUN_PARAMS.STEPS.X=4: RUN_PARAMS.STEPS.X is an unknown key; it must be RUN_PARAMS.STEPS, which holds one value."
            },
            { "RUN_PARAMS=4", "--set=RUN_PARAMS=4: RUN_PARAMS is 4; it must be an object." },
            {
                "TF_VERSION=2.4",
                "--set=TF_VERSION=2.4: TF_VERSION is a key of older files; it must be removed. The framework version comes with the image that DOCKER_IMAGE names."
            },
            {
                "EXP_NAME=\"demo\\n\"",
                "--set=EXP_NAME=\"demo\\n\": EXP_NAME is \"demo\\u000a\"; it must be 1 to 255 letters, digits, '-' or '_', the first a letter or digit."
            },
            { "HYPERTUNE=yes", "--set=HYPERTUNE=yes: HYPERTUNE is \"yes\"; it must be true or false." },
            {
                "STEPS",
                "--set=STEPS: the override is without a key and a value; it must be KEY.PATH=VALUE, as in --set=RUN_PARAMS.STEPS=1000."
            },
            {
                "ACCOUNT_KEY=hunter2",
                "--set=ACCOUNT_KEY=…: ACCOUNT_KEY is an unknown key; it must be one of the keys of an exp_config: ENV_CONFIG_FILE, DESCRIPTION, EXP_NAME, COMPUTE_NAME, NODES, COMPUTE, DOCKER_IMAGE, DATA_MOUNT, IMAGE_TYPE, TRAIN_CSV, TEST_CSV, EVAL_CONF, RUN_PARAMS, MODEL_PARAMS, DATA, HYPERTUNE, HYPERTUNE_PARAMS."
            },
        };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(BadOverrides))]
    public void Parse_ReportsTheOverride_WhenItIsWrong(string argument, string expected) =>
        Assert.Equal(expected, ExperimentText.Faults(ExperimentText.Valid, argument));

    [Fact]
    public void Parse_FillsInEveryDefault_WhenOnlyRequiredKeysAreGiven()
    {
        var experiment = Parse(
            """
            {"ENV_CONFIG_FILE": "a.json", "EXP_NAME": "x", "COMPUTE_NAME": "abc", "DATA_MOUNT": "d", "IMAGE_TYPE": "t", "NODES": 3,
             "RUN_PARAMS": {"STEPS": 60}, "MODEL_PARAMS": {"BASE_MODEL": "faster_rcnn_tiny"}}
            """
        );

        Assert.Equal(Repository.Expected("defaults.json"), ExperimentJson.Write(experiment).ToJsonString(RecordJson.Options) + "\n");
    }

    [Fact]
    public void Parse_KeepsText_WhenAnOverrideOfAStringLooksLikeANumber()
    {
        var experiment = Parse(
            ExperimentText.Valid,
            "EXP_NAME=123",
            "DESCRIPTION={\"a\": true}",
            "IMAGE_TYPE=\"crack\"",
            "DATA.ON_BAD_ROWS=drop"
        );

        Assert.Equal(
            ("123", "{\"a\": true}", "crack", BadRows.Drop),
            (experiment.ExpName, experiment.Description, experiment.ImageType, experiment.Data.OnBadRows)
        );
    }

    [Fact]
    public void Parse_TakesTheLastOverride_WhenOneKeyIsGivenTwice() =>
        Assert.Equal(
            7,
            Parse(ExperimentText.Valid, "RUN_PARAMS.STEPS=5", "RUN_PARAMS.WARMUP_STEPS=0", "RUN_PARAMS.STEPS=7").RunParams.Steps
        );

    [Fact]
    public void Parse_IsContent_WhenOverridesMendWhatTheFileLacksOrHasWrong()
    {
        var text = ExperimentText.With("\"STEPS\": 400,", "").Replace("\"EVAL_CONF\": 0.5", "\"EVAL_CONF\": 9", StringComparison.Ordinal);

        var experiment = Parse(text, "RUN_PARAMS.STEPS=300", "EVAL_CONF=0.25");

        Assert.Equal((300, 0.25), (experiment.RunParams.Steps, experiment.EvalConf));
    }

    [Fact]
    public void Parse_ReportsEveryFaultInOrder_WhenSeveralPlacesAreWrong()
    {
        var text = ExperimentText
            .With("\"EXP_NAME\": \"demo\"", "\"EXPNAME\": \"demo\"")
            .Replace("\"STEPS\": 400", "\"STEPS\": 0", StringComparison.Ordinal)
            .Replace("{\"STRIDE\": 16}", "{\"STRIDE\": 4}", StringComparison.Ordinal);

        Assert.Equal(
            """
            exp_configs/demo.json(1,1): EXP_NAME is missing; it must be 1 to 255 letters, digits, '-' or '_', the first a letter or digit. Add it, or run with --set=EXP_NAME=demo.
            exp_configs/demo.json(3,3): EXPNAME is an unknown key; it must be one of the keys of an exp_config. Did you mean EXP_NAME?
            exp_configs/demo.json(11,14): RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000.
            exp_configs/demo.json(16,31): MODEL_PARAMS.FIRST_STAGE.STRIDE is 4; it must be 8 or 16 (pixels). Edit it, or run with --set=MODEL_PARAMS.FIRST_STAGE.STRIDE=16.
            --set=NODES=0: NODES is 0; it must be a whole number from 1 to 1000 (nodes).
            """,
            ExperimentText.Faults(text, "NODES=0")
        );
    }

    [Fact]
    public void Parse_CountsLinesAndColumnsAsEditorsDo_WhenTheTextHasByteOrderMarkCrLfAndWideLetters()
    {
        var text = "\uFEFF" + ExperimentText.With("\"STEPS\": 400,", "\"PRECISION\": \"ü🚧\", \"STEPS\": 0,").ReplaceLineEndings("\r\n");

        Assert.Equal(
            """
            exp_configs/demo.json(11,18): RUN_PARAMS.PRECISION is "ü🚧"; it must be one of "fp32", "amp". Edit it, or run with --set=RUN_PARAMS.PRECISION=fp32.
            exp_configs/demo.json(11,34): RUN_PARAMS.STEPS is 0; it must be a whole number from 1 to 10000000 (optimizer steps). Edit it, or run with --set=RUN_PARAMS.STEPS=1000.
            """,
            ExperimentText.Faults(text)
        );
    }

    [Theory]
    [InlineData("", "the file is empty; it must be a JSON object.")]
    [InlineData(" \r\n", "the file is empty; it must be a JSON object.")]
    public void Parse_SaysThatTheFileIsEmpty_WhenItHoldsNothing(string text, string expected) =>
        Assert.Equal($"exp_configs/demo.json: {expected}", ExperimentText.Faults(text));

    [Fact]
    public void Parse_AsksForAnObject_WhenTheFileHoldsAnArray() =>
        Assert.Equal(
            "exp_configs/demo.json(1,1): the file's content is an array; it must be an object in braces.",
            ExperimentText.Faults("[1]", "NODES=2")
        );

    [Fact]
    public void Read_NamesTheFilesThatAreThere_WhenTheFileIsAbsent()
    {
        folder.Write("b.json", "{}");
        folder.Write("a.json", "{}");
        folder.Write("x.schema.json", "{}");
        var path = Path.Combine(folder.Root, "c.json");

        var error = Assert.Throws<ConfigException>(() => ExperimentReader.Read(path));

        Assert.Equal(
            $"{path} cannot be run:\n  {path}: the file is absent; it must be an exp_config. {folder.Root} holds a.json, b.json.",
            error.Message
        );
    }

    [Fact]
    public void Read_SaysThatItIsAFolder_WhenThePathIsOne()
    {
        var error = Assert.Throws<ConfigException>(() => ExperimentReader.Read(folder.Root));

        Assert.Equal($"{folder.Root}: the file is a folder; it must be an exp_config.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Read_SaysWhereTheTextIsNotUtf8_WhenItIsLatin1()
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
