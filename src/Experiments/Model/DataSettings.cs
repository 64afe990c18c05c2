using Experiments.Settings;

namespace Experiments.Model;

/// <summary>How the dataset is read: the <c>DATA</c> object of an exp_config.</summary>
public sealed record DataSettings
{
    [Setting(
        "ON_BAD_ROWS",
        "`fail` names every faulty CSV row and stops; `drop` leaves them out and says which.",
        Default = BadRows.Fail,
        Decides = Decides.Data
    )]
    public BadRows OnBadRows { get; init; }

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
}
