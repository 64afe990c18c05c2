namespace Experiments.Model;

/// <summary>
/// The names of base models beside the choices of BASE_MODEL, and which settings apply to which. The trainer's registry
/// (<c>detection/models</c>) takes the same names; a test there compares the two.
/// </summary>
internal static class BaseModels
{
    /// <summary>Base models of two stages, to which FIRST_STAGE applies.</summary>
    public const string TwoStages = "^faster_?rcnn_.*$";

    public const string TwoStagesHint = "Only for detectors of two stages (faster_rcnn_*, fasterrcnn_*).";

    /// <summary>Base models whose backbone has one feature map, to which FIRST_STAGE.STRIDE applies.</summary>
    public const string OneLevel = "^faster_rcnn_(tiny|(resnet50|resnet101|inception_v2)(_lowproposals)?_coco.*)$";

    public const string OneLevelHint =
        "Only for base models of one feature map (faster_rcnn_tiny, faster_rcnn_*_coco*): a feature pyramid has several strides.";

    /// <summary>Names of other frameworks and years for the same architectures.</summary>
    public const string OtherNames =
        "^(faster_rcnn_(resnet18|resnet50|resnet101)_fpn(_coco)?"
        + Date
        + "|faster_rcnn_(resnet50|resnet101|inception_v2)(_lowproposals)?_coco"
        + Date
        + "|fasterrcnn_mobilenet_v3(_large)?(_320)?(_fpn)?"
        + "|retinanet(_resnet50)?(_fpn)?(_coco)?"
        + "|ssd_resnet_?50(_v1)?_fpn[a-z0-9_]*"
        + "|ssd_mobilenet_v[123][a-z0-9_]*"
        + "|ssdlite[a-z0-9_]*)$";

    /// <summary>Base models that also predict masks.</summary>
    public const string Masks = "^mask_?rcnn.*$";

    public const string MasksHint =
        "Masks need polygons in the dataset, which holds boxes alone; the detector of the same backbone is a faster_rcnn_* model.";

    private const string Date = "(_[0-9]{4}_[0-9]{2}_[0-9]{2}|_[0-9]{2}_[0-9]{2}_[0-9]{4})?";
}
