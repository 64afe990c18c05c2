using System.Globalization;
using System.Text.RegularExpressions;
using Workspaces.Computes;

namespace Build.CommandLine.Groups.Models;

/// <summary>The argument that gives the price of a node.</summary>
public sealed partial class PriceArguments() : ArgumentGroup(NodePrice)
{
    public static readonly Argument<NodePrice?> NodePrice = new(
        "node-price",
        "AMOUNT",
        "the price of one node per hour for the cost line, such as 0.53 (USD) or 0.49EUR; default the service's retail price",
        otherwise: null,
        Parse
    );

    private static NodePrice? Parse(string text) =>
        Form().Match(text) is { Success: true } match
        && decimal.TryParse(match.Groups["amount"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
        && amount > 0
            ? new NodePrice(amount, match.Groups["currency"] is { Length: > 0 } currency ? currency.Value : "USD")
            : throw new FormatException("an amount above 0, with or without a currency, such as 0.53 or 0.49EUR");

    [GeneratedRegex(
        @"^(?<amount>[0-9]{1,9}(\.[0-9]{1,9})?)(?<currency>[A-Z]{3})?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Form();
}
