using Experiments.Settings;

namespace Experiments.Model;

/// <summary>What is trained: the <c>MODEL_PARAMS</c> object of an exp_config.</summary>
public sealed record ModelParameters
{
    [Setting(
        "BASE_MODEL",
        "Architecture the training starts from.",
        Required = true,
        Choices = [
            "faster_rcnn_tiny",
            "fasterrcnn_resnet50_fpn",
            "fasterrcnn_mobilenet_v3_large_320_fpn",
            "faster_rcnn_resnet101_coco_2018_01_28",
        ],
        Example = "faster_rcnn_tiny",
        Decides = Decides.Weights
    )]
    public string BaseModel { get; init; } = "";

    [Setting(
        "WEIGHTS",
        "`auto`: the newest `*.pth` in `models/{BASE_MODEL}/` of the datastore, else random ones with a warning; `none`; or a file "
            + "name in that folder.",
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
        "How training images are varied: not at all, mirrored, or mirrored and shifted in colour.",
        Default = "flip",
        Choices = ["none", "flip", "flip_color"],
        Decides = Decides.Weights
    )]
    public string Augmentation { get; init; } = "";

    [Setting("FIRST_STAGE", "The region proposal network.")]
    public FirstStage FirstStage { get; init; } = new();
}
