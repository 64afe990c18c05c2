using Experiments.Settings;

namespace Experiments.Model;

/// <summary>The region proposal network: the <c>FIRST_STAGE</c> object of an exp_config.</summary>
public sealed record FirstStage
{
    [Setting(
        "STRIDE",
        "Pixels between neighbouring anchors.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.OneLevel,
        OnlyWithHint = BaseModels.OneLevelHint,
        Default = 16,
        IntegerChoices = [8, 16],
        Unit = "pixels",
        Decides = Decides.Weights
    )]
    public int? Stride { get; init; }

    [Setting(
        "NMS_IOU_THRESHOLD",
        "IoU of two proposals above which the one with the lower score is dropped.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.TwoStages,
        OnlyWithHint = BaseModels.TwoStagesHint,
        Default = 0.7,
        Minimum = 0,
        ExclusiveMinimum = true,
        Maximum = 1,
        Unit = "intersection over union",
        Decides = Decides.Weights
    )]
    public double? NmsIouThreshold { get; init; }

    [Setting(
        "NMS_SCORE_THRESHOLD",
        "Objectness below which a proposal is dropped.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.TwoStages,
        OnlyWithHint = BaseModels.TwoStagesHint,
        Default = 0.0,
        Minimum = 0,
        Maximum = 1,
        Unit = "score",
        Decides = Decides.Weights
    )]
    public double? NmsScoreThreshold { get; init; }

    [Setting(
        "MAX_PROPOSALS",
        "Proposals per image handed to the second stage. Half of them are divided among the levels of a feature pyramid, or are distinct "
            + "in one feature map, so that small and rare objects keep theirs.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.TwoStages,
        OnlyWithHint = BaseModels.TwoStagesHint,
        DefaultText = "16 for each object of the fullest training image, at least 300 (500 for fasterrcnn_resnet18_fpn), at most 2000",
        Minimum = 1,
        Maximum = 10_000,
        Unit = "proposals per image",
        Example = "300",
        Decides = Decides.Weights
    )]
    public int? MaxProposals { get; init; }

    [Setting(
        "LOCALIZATION_LOSS_WEIGHT",
        "Weight of the proposals' box loss.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.TwoStages,
        OnlyWithHint = BaseModels.TwoStagesHint,
        Default = 2.0,
        Minimum = 0,
        Maximum = 1000,
        Decides = Decides.Weights
    )]
    public double? LocalizationLossWeight { get; init; }

    [Setting(
        "OBJECTNESS_LOSS_WEIGHT",
        "Weight of the proposals' objectness loss.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.TwoStages,
        OnlyWithHint = BaseModels.TwoStagesHint,
        Default = 1.0,
        Minimum = 0,
        Maximum = 1000,
        Decides = Decides.Weights
    )]
    public double? ObjectnessLossWeight { get; init; }
}
