using Experiments.Settings;

namespace Experiments.Model;

/// <summary>Settings of the model: the <c>MODEL_PARAMS</c> object of an exp_config.</summary>
public sealed record ModelParameters
{
    [Setting(
        "BASE_MODEL",
        "Architecture the training starts from.",
        Required = true,
        Choices = [
            "faster_rcnn_tiny",
            "fasterrcnn_resnet18_fpn",
            "fasterrcnn_resnet50_fpn",
            "fasterrcnn_resnet50_fpn_v2",
            "fasterrcnn_resnet101_fpn",
            "fasterrcnn_mobilenet_v3_large_fpn",
            "fasterrcnn_mobilenet_v3_large_320_fpn",
            "faster_rcnn_resnet50_coco_2018_01_28",
            "faster_rcnn_resnet101_coco_2018_01_28",
            "faster_rcnn_inception_v2_coco_2018_01_28",
            "retinanet_resnet50_fpn",
            "retinanet_resnet50_fpn_v2",
            "ssdlite320_mobilenet_v3_large",
        ],
        ChoicePattern = BaseModels.OtherNames,
        ChoicePatternRule = "another name of one (docs/base_models.md)",
        RefusedPattern = BaseModels.Masks,
        RefusedHint = BaseModels.MasksHint,
        Example = "faster_rcnn_tiny",
        Decides = Decides.Weights
    )]
    public string BaseModel { get; init; } = "";

    [Setting(
        "WEIGHTS",
        "`auto`: the newest weights in `models/{BASE_MODEL}/` of the datastore, else those of the image; `none`: random ones; or the name "
            + "of a file or checkpoint in that folder. Only faster_rcnn_tiny starts from random weights without `none`.",
        Default = "auto",
        Pattern = @"^(?!\.{1,2}$)[^/\\\u0000-\u001f]+$",
        Rule = "\"auto\", \"none\" or a file name in models/{BASE_MODEL}, without a folder",
        Decides = Decides.Weights
    )]
    public string Weights { get; init; } = "";

    [Setting(
        "IMAGE_SIZE",
        "Longer side of an image after resizing.",
        Default = 640,
        Minimum = 64,
        Maximum = 4096,
        Unit = "pixels, the longer side after resizing",
        Decides = Decides.Weights
    )]
    public int ImageSize { get; init; }

    [Setting(
        "AUGMENTATION",
        "How training images are varied: not at all, mirrored left to right, mirrored and shifted in colour, mirrored on both axes, or all "
            + "of it with scale jitter and crops that keep boxes.",
        Default = "flip",
        Choices = ["none", "flip", "flip_color", "flip_both", "strong"],
        Decides = Decides.Weights
    )]
    public string Augmentation { get; init; } = "";

    [Setting(
        "MOSAIC",
        "Share of the training images that are joined from four, for small and rare objects in few images; 0 turns it off.",
        Default = 0.0,
        Minimum = 0,
        Maximum = 1,
        Unit = "share of the training images, 0 for none",
        Decides = Decides.Weights
    )]
    public double Mosaic { get; init; }

    [Setting(
        "CLASS_WEIGHTS",
        "`balanced`: objects of rare classes weigh more in the loss of the second stage, by the square root of the number of objects.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.TwoStages,
        OnlyWithHint = BaseModels.TwoStagesHint,
        Default = "none",
        Choices = ["none", "balanced"],
        Decides = Decides.Weights
    )]
    public string? ClassWeights { get; init; }

    [Setting(
        "TEST_FLIPS",
        "Views by whose mean the second stage detects, also in the exports: the image alone, with its mirror image left to right (twice "
            + "the time per image), or with those on both axes (four times). More exact where mirrored objects are as likely as others.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.TwoStages,
        OnlyWithHint = BaseModels.TwoStagesHint,
        Default = "none",
        Choices = ["none", "flip", "flip_both"],
        Decides = Decides.Metrics
    )]
    public string? TestFlips { get; init; }

    [Setting(
        "MAX_DETECTIONS",
        "Maximum number of detections per image, in the evaluation too.",
        DefaultText = "100; 300 for the models of 2018",
        Minimum = 1,
        Maximum = 10_000,
        Unit = "detections per image",
        Example = "100",
        Decides = Decides.Metrics
    )]
    public int? MaxDetections { get; init; }

    [Setting(
        "ANCHORS",
        "Sizes of the anchors: those of the architecture, or `auto`: by k-means over the boxes of the training split.",
        OnlyWith = "MODEL_PARAMS.BASE_MODEL",
        OnlyWithPattern = BaseModels.TwoStages,
        OnlyWithHint = BaseModels.TwoStagesHint,
        Default = "default",
        Choices = ["default", "auto"],
        Decides = Decides.Weights
    )]
    public string? Anchors { get; init; }

    [Setting("FIRST_STAGE", "The region proposal network.")]
    public FirstStage FirstStage { get; init; } = new();
}
