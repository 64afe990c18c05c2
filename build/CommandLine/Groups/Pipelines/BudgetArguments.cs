using System.Globalization;

namespace Build.CommandLine.Groups.Pipelines;

/// <summary>The arguments that limit the cost of a run.</summary>
public sealed class BudgetArguments() : ArgumentGroup(MaxPrice, MaxMinutes)
{
    public static readonly Argument<decimal?> MaxPrice = new(
        "max-price",
        "AMOUNT",
        "the most that the job may cost until its time limit, in the currency of the price; not checked where no price is known",
        otherwise: null,
        ParsePrice
    );

    public static readonly Argument<int?> MaxMinutes = new(
        "max-minutes",
        "N",
        "the most that RUN_PARAMS.TIMEOUT_MINUTES may be",
        otherwise: null,
        ParseMinutes
    );

    private static decimal? ParsePrice(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount > 0
            ? amount
            : throw new FormatException("a number above 0, such as 12.50");

    private static int? ParseMinutes(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes > 0
            ? minutes
            : throw new FormatException("a whole number from 1 (minutes)");
}
