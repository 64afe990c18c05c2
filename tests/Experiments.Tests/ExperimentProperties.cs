using System.Text.Json;
using System.Text.Json.Nodes;
using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans.Jobs;
using Experiments.Plans.Passports;
using Experiments.Reading;
using Experiments.Settings;
using FsCheck;
using FsCheck.Fluent;

namespace Experiments.Tests;

/// <summary>Properties of every experiment, not only of the examples.</summary>
public class ExperimentProperties
{
    private static readonly IReadOnlyList<string> Values =
    [
        "DESCRIPTION=x",
        "EXP_NAME=Other",
        "COMPUTE_NAME=other",
        "NODES=5",
        "COMPUTE.VM_SIZE=Standard_D2",
        "COMPUTE.PRIORITY=LowPriority",
        "COMPUTE.MIN_NODES=1",
        "COMPUTE.IDLE_MINUTES=16",
        "DOCKER_IMAGE=localhost:5000/other:1",
        "DATA_MOUNT=test_data",
        "IMAGE_TYPE=crack",
        "TRAIN_CSV=a.csv",
        "TEST_CSV=b.csv",
        "EVAL_CONF=0.25",
        "RUN_PARAMS.STEPS=401",
        "RUN_PARAMS.BATCH_SIZE=3",
        "RUN_PARAMS.LEARNING_RATE=0.02",
        "RUN_PARAMS.LR_SCALING=linear",
        "RUN_PARAMS.WARMUP_STEPS=3",
        "RUN_PARAMS.OPTIMIZER=adamw",
        "RUN_PARAMS.SCHEDULE=step",
        "RUN_PARAMS.ACCUMULATE=2",
        "RUN_PARAMS.EMA=0.99",
        "RUN_PARAMS.BEST_METRIC=eval_AP50",
        "RUN_PARAMS.PATIENCE=3",
        "RUN_PARAMS.EVAL_EVERY=5",
        "RUN_PARAMS.CHECKPOINT_EVERY=7",
        "RUN_PARAMS.SEED=1",
        "RUN_PARAMS.PRECISION=amp",
        "RUN_PARAMS.DISTRIBUTED_NODES=2",
        "RUN_PARAMS.TIMEOUT_MINUTES=9",
        "MODEL_PARAMS.BASE_MODEL=faster_rcnn_resnet50_coco",
        "MODEL_PARAMS.WEIGHTS=none",
        "MODEL_PARAMS.IMAGE_SIZE=128",
        "MODEL_PARAMS.AUGMENTATION=none",
        "MODEL_PARAMS.MOSAIC=0.5",
        "MODEL_PARAMS.CLASS_WEIGHTS=balanced",
        "MODEL_PARAMS.TEST_FLIPS=flip",
        "MODEL_PARAMS.MAX_DETECTIONS=200",
        "MODEL_PARAMS.ANCHORS=auto",
        "MODEL_PARAMS.FIRST_STAGE.STRIDE=8",
        "MODEL_PARAMS.FIRST_STAGE.NMS_IOU_THRESHOLD=0.6",
        "MODEL_PARAMS.FIRST_STAGE.NMS_SCORE_THRESHOLD=0.1",
        "MODEL_PARAMS.FIRST_STAGE.MAX_PROPOSALS=9",
        "MODEL_PARAMS.FIRST_STAGE.LOCALIZATION_LOSS_WEIGHT=3",
        "MODEL_PARAMS.FIRST_STAGE.OBJECTNESS_LOSS_WEIGHT=3",
        "DATA.ON_BAD_ROWS=drop",
        "DATA.CLIP_PIXELS=1.5",
        "DATA.DEPTH=percentiles",
        "DATA.EXIF=ignore",
        "DATA.VALIDATION=0.1",
        "DATA.VALIDATION_CSV=check.csv",
        "HYPERTUNE_PARAMS.METRIC=eval_AP50",
        "HYPERTUNE_PARAMS.GOAL=Minimize",
        "HYPERTUNE_PARAMS.SAMPLING=grid",
        "HYPERTUNE_PARAMS.SEARCH_SPACE={\"RUN_PARAMS.SEED\":[\"choice\",[[1,2]]]}",
        "HYPERTUNE_PARAMS.MAX_TRIALS=9",
        "HYPERTUNE_PARAMS.MAX_CONCURRENT=1",
        "HYPERTUNE_PARAMS.EARLY_TERMINATION=median",
        "HYPERTUNE_PARAMS.SLACK_FACTOR=0.3",
        "HYPERTUNE_PARAMS.TRUNCATION_PERCENTAGE=30",
        "HYPERTUNE_PARAMS.EVALUATION_INTERVAL=2",
        "HYPERTUNE_PARAMS.DELAY_EVALUATION=4",
    ];

    public static TheoryData<string> EachValue => [.. Values];

    [Fact]
    public void EachValue_HoldsEveryKey() =>
        Assert.Equal(
            ExperimentJson.Paths().Except(["ENV_CONFIG_FILE", "HYPERTUNE"]).Order(StringComparer.Ordinal),
            Values.Select(value => value[..value.IndexOf('=', StringComparison.Ordinal)]).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Decides_IsDeclaredByEveryKeyThatHoldsAValue() =>
        Assert.Equal(ExperimentJson.Paths(), Keys(typeof(Experiment), "").Where(key => key.IsDeclared).Select(key => key.Path));

    [Theory]
    [MemberData(nameof(EachValue))]
    public void ExperimentHash_Changes_ExactlyWhenTheValueDecidesTheResult(string value)
    {
        var key = value[..value.IndexOf('=', StringComparison.Ordinal)];
        // Without a sweep, its settings decide nothing.
        var decides = key.StartsWith("HYPERTUNE_PARAMS.", StringComparison.Ordinal)
            ? Decides.Nothing
            : Keys(typeof(Experiment), "").Single(candidate => candidate.Path == key).Decides;

        Assert.Equal(decides is Decides.Weights or Decides.Metrics, IsChanged(Dataset));
        Assert.Equal(decides != Decides.Nothing, IsChanged(null));

        bool IsChanged(DatasetSummary? dataset) =>
            Plan(Parse(ExperimentText.Valid, Needs(value)), dataset).ExperimentHash
            != Plan(Parse(ExperimentText.Valid, [.. Needs(value), value]), dataset).ExperimentHash;
    }

    [Fact]
    public void ExperimentHash_IsTheSame_WhenKeysThatDecideNothingChange() =>
        Prop.ForAll(Gen.SubListOf<string>(Values.Where(DecidesNothing)).ToArbitrary(), values =>
                Plan(Parse(ExperimentText.Valid, [.. values])).ExperimentHash == Plan(Parse(ExperimentText.Valid)).ExperimentHash
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void PlanName_IsTheSame_WhenTheFileIsOrderedAndSpacedInAnotherWay() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
                PlanName(Parse(Shuffled(ExperimentText.Valid, new Random(seed)))) == PlanName(Parse(ExperimentText.Valid))
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Parse_GivesTheSameExperiment_WhenReadFromItsOwnCanonicalText() =>
        Prop.ForAll(Gen.SubListOf<string>(Values).ToArbitrary(), values =>
            {
                var text = ExperimentJson.WriteCanonical(Parse(ExperimentText.Valid, Consistent([.. values])));
                return ExperimentJson.WriteCanonical(Parse(text)) == text;
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Parse_GivesTheSameExperiment_WhenKeysAreOverriddenInAnotherOrder() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
            {
                var values = Consistent([.. Values]);
                var text = ExperimentJson.WriteCanonical(Parse(ExperimentText.Valid, values));
                new Random(seed).Shuffle(values);
                return ExperimentJson.WriteCanonical(Parse(ExperimentText.Valid, values)) == text;
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Parse_KeepsEveryText_GivenAsAJsonString() =>
        Prop.ForAll<NonNull<string>>(text =>
            {
                // Lone surrogates are not text; JSON replaces them.
                var description = new string([.. text.Get.Where(letter => !char.IsSurrogate(letter))]);
                return Parse(ExperimentText.Valid, "DESCRIPTION=" + JsonSerializer.Serialize(description)).Description == description;
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Parse_ReturnsFaultsOrAnExperiment_WhereverTheTextIsCut() =>
        Prop.ForAll(Gen.Choose(0, ExperimentText.Valid.Length - 1).ToArbitrary(), length =>
            {
                var error = Assert.Throws<ConfigException>(() => Parse(ExperimentText.Valid[..length]));
                return error.Faults.Count == 1;
            })
            .QuickCheckThrowOnFailure();

    // What a value must be given with.
    private static string[] Needs(string value) =>
        value == "RUN_PARAMS.PATIENCE=3" ? ["RUN_PARAMS.EVAL_EVERY=4", "DATA.VALIDATION_CSV=other.csv"] : [];

    // Without the values that the others exclude, or do not suffice for.
    private static string[] Consistent(string[] values) =>
        [
            .. values.Where(value =>
                value switch
                {
                    "DATA.VALIDATION=0.1" => !values.Contains("DATA.VALIDATION_CSV=check.csv"),
                    "RUN_PARAMS.PATIENCE=3" => values.Contains("RUN_PARAMS.EVAL_EVERY=5")
                        && values.Any(other => other.StartsWith("DATA.VALIDATION", StringComparison.Ordinal)),
                    _ => true,
                }
            ),
        ];

    private static bool DecidesNothing(string value) =>
        Keys(typeof(Experiment), "").Single(key => value.StartsWith(key.Path + "=", StringComparison.Ordinal)).Decides == Decides.Nothing;

    /// <summary>The keys that hold a value, with what each declares.</summary>
    private static IEnumerable<(string Path, Decides Decides, bool IsDeclared)> Keys(Type record, string prefix) =>
        SettingDefinition
            .Of(record)
            .SelectMany(definition =>
                definition.Kind == SettingKind.Object
                    ? Keys(definition.MemberType!, $"{prefix}{definition.Key}.")
                    :
                    [
                        (
                            prefix + definition.Key,
                            definition.Decides,
                            definition.Property.CustomAttributes.Any(attribute =>
                                attribute.NamedArguments.Any(argument => argument.MemberName == nameof(SettingAttribute.Decides))
                            )
                        ),
                    ]
            );

    private static Experiment Parse(string text, params string[] overrides) => ExperimentReader.Parse(text, ExperimentText.File, overrides);

    private static PlanSources Sources =>
        new("cccc", new("docker/cpu/Dockerfile", new Dictionary<string, string>(), "aaaa", "sha-aaaa"), new(JobRuntime.Process, "a test"));

    private static DatasetSummary Dataset =>
        new(
            new("train.csv", 1, 1, 0, new Dictionary<string, int>()),
            new("test.csv", 1, 1, 0, new Dictionary<string, int>()),
            new('d', 64),
            []
        );

    private static string PlanName(Experiment experiment) => Plan(experiment).Plan;

    private static RunPassport Plan(Experiment experiment, DatasetSummary? dataset = null) =>
        Planner
            .Plan(
                experiment,
                EnvironmentConfigReader.Parse(EnvironmentText.Valid, EnvironmentText.File),
                "/repository",
                git: null,
                Sources,
                dataset
            )
            .Passport;

    private static string Shuffled(string json, Random random)
    {
        var node = Shuffled(JsonNode.Parse(json)!, random);
        return node.ToJsonString(
            new JsonSerializerOptions
            {
                WriteIndented = random.Next(2) == 0,
                IndentSize = random.Next(8),
                NewLine = random.Next(2) == 0 ? "\n" : "\r\n",
            }
        );
    }

    private static JsonNode Shuffled(JsonNode node, Random random)
    {
        if (node is not JsonObject members)
            return node.DeepClone();
        var pairs = members.Select(member => KeyValuePair.Create(member.Key, (JsonNode?)Shuffled(member.Value!, random))).ToArray();
        random.Shuffle(pairs);
        return new JsonObject(pairs);
    }
}
