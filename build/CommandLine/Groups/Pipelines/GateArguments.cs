using System.Globalization;

namespace Build.CommandLine.Groups.Pipelines;

/// <summary>The arguments of the gate.</summary>
public sealed class GateArguments() : ArgumentGroup(Approved, MostLaunches)
{
    private const int Default = 2;
    private const int Highest = 20;

    public static readonly Argument<bool> Approved = Arguments.Switch(
        "approved",
        "declares that this stage is behind an environment and was approved; only on Azure Pipelines"
    );

    public static readonly Argument<int> MostLaunches = new(
        "max-launches",
        "N",
        $"the most jobs of one pull request at a time; default {Default}",
        Default,
        Parse
    );

    private static int Parse(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= Highest
            ? number
            : throw new FormatException($"a whole number from 1 to {Highest}");
}
