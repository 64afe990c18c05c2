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
}
