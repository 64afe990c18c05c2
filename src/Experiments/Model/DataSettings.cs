using Experiments.Settings;

namespace Experiments.Model;

/// <summary>Settings for reading the dataset: the <c>DATA</c> object of an exp_config.</summary>
public sealed record DataSettings
{
    [Setting(
        "ON_BAD_ROWS",
        "`fail` names every faulty CSV row and stops; `drop` leaves them out and says which; `clip` clips boxes that reach at "
            + "most CLIP_PIXELS outside their images, and stops at all other faults.",
        Default = BadRows.Fail,
        Decides = Decides.Data
    )]
    public BadRows OnBadRows { get; init; }

    [Setting(
        "CLIP_PIXELS",
        "Largest distance by which a box may reach outside its image and still be clipped; used when ON_BAD_ROWS is `clip`.",
        Unit = "pixels",
        Default = 2.0,
        Minimum = 0,
        Decides = Decides.Data
    )]
    public double ClipPixels { get; init; }

    [Setting(
        "EXIF",
        "`apply` turns an image upright as its EXIF orientation says; `ignore` uses the pixels as they are stored. Where `width` and "
            + "`height` of the CSV are those of one way alone, they decide.",
        Default = ExifUse.Apply,
        Decides = Decides.Weights
    )]
    public ExifUse Exif { get; init; }

    [Setting(
        "DEPTH",
        "How an image of one channel and more than 8 bits is scaled to 8 bits: `range` from its full range, 0 to 65,535 for whole numbers "
            + "and 0 to 1 for floating point; `percentiles` from the 0.1 and 99.9 percentiles of the training split.",
        Default = DepthUse.Range,
        Decides = Decides.Weights
    )]
    public DepthUse Depth { get; init; }

    [Setting(
        "VALIDATION",
        "Share of the training images that are held out to choose the best weights by, so that the test split is measured only once.",
        Default = 0.0,
        Minimum = 0,
        Maximum = 0.9,
        Unit = "share of the training images, 0 for none",
        Decides = Decides.Weights
    )]
    public double Validation { get; init; }

    [Setting(
        "VALIDATION_CSV",
        "Validation split in place of a share: a file in `{IMAGE_TYPE}/datasets`, or `none`. Its images are in no other split.",
        Default = "none",
        Pattern = @"^(?!\.{1,2}$)[^/\\\u0000-\u001f]+$",
        Rule = "\"none\" or a file name in {IMAGE_TYPE}/datasets, without a folder",
        Excludes = "DATA.VALIDATION",
        NeedsHint = "A run has one validation split.",
        Decides = Decides.Weights
    )]
    public string ValidationCsv { get; init; } = "";
}
