using System.Globalization;
using System.Text.RegularExpressions;
using Workspaces.Computes;

namespace Build.CommandLine.Groups.Models;

/// <summary>The argument that declares prices of nodes.</summary>
public sealed partial class PriceArguments() : ArgumentGroup(NodePrice)
{
    public static readonly RepeatedArgument NodePrice = new(
        "node-price",
        "AMOUNT",
        "the price of one node per hour, such as 0.53 (USD) or 0.49EUR; SIZE=0.49EUR or SIZE/LowPriority=0.1EUR for one "
            + "VM size; repeatable, or several separated by spaces; default the service's retail price",
        text => Parse(text)
    )
    {
        Separator = Blanks(),
    };

    /// <summary>Returns the declared price of a VM size: the most specific one, and of several the last one; null without any.</summary>
    /// <param name="declared">The values of <see cref="NodePrice"/>.</param>
    /// <param name="vmSize">The VM size; null when it is unknown.</param>
    /// <param name="priority">The priority, by the name in the exp_config; null when it is unknown.</param>
    internal static NodePrice? Find(IReadOnlyList<string> declared, string? vmSize, string? priority)
    {
        var prices = declared.Select(Parse).Reverse().ToList();
        return Of($"{vmSize}/{priority}") ?? Of(vmSize ?? "") ?? Of("");

        NodePrice? Of(string nodes) => prices.FirstOrDefault(price => price.Nodes.Equals(nodes, StringComparison.OrdinalIgnoreCase)).Price;
    }

    private static (string Nodes, NodePrice Price) Parse(string text) =>
        Form().Match(text) is { Success: true } match
        && decimal.TryParse(match.Groups["amount"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
        && amount > 0
            ? (
                match.Groups["nodes"].Value,
                new NodePrice(amount, match.Groups["currency"] is { Length: > 0 } currency ? currency.Value : "USD")
            )
            : throw new FormatException(
                "an amount above 0, with or without a currency, such as 0.53 or 0.49EUR, or SIZE=0.49EUR or SIZE/LowPriority=0.1EUR"
            );

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();

    [GeneratedRegex(
        @"^((?<nodes>[A-Za-z0-9_-]{1,64}(/(Dedicated|LowPriority))?)=)?(?<amount>[0-9]{1,9}(\.[0-9]{1,9})?)(?<currency>[A-Z]{3})?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Form();
}
