using System.Globalization;
using Reports.Building;

namespace Reports.Tests;

/// <summary>A sweep whose names and values come from outside.</summary>
internal static class HostileSweep
{
    /// <summary>Returns a sweep with a trial for each text, which is its name, its state and the value of a parameter.</summary>
    public static SweepFacts Of(IReadOnlyList<string> texts) =>
        new(
            texts[1],
            IsMaximized: false,
            texts[^1],
            [
                .. texts.Select(
                    (text, number) =>
                        new TrialFacts(
                            text,
                            text,
                            new Dictionary<string, string>(StringComparer.Ordinal)
                            {
                                [texts[number % 6]] = text,
                                ["rate"] = number.ToString(CultureInfo.InvariantCulture),
                                ["wide"] = number % 2 == 0 ? "1e308" : "-1e308",
                                ["NaN"] = "NaN",
                            },
                            number % 5 == 0 ? null : number,
                            number
                        )
                ),
            ]
        );
}
