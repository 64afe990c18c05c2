using System.Text.RegularExpressions;

namespace Build.CommandLine.Groups.Subscriptions;

/// <summary>The arguments that decide the parameters of the deployment.</summary>
public sealed partial class TemplateArguments() : ArgumentGroup(Location, Parameters)
{
    public static readonly Argument<string?> Location = Arguments.Text(
        "location",
        "REGION",
        "the Azure region, such as westeurope; default that of configuration/NAME.json",
        CheckLocation
    );

    public static readonly Argument<string?> Parameters = Arguments.Text(
        "parameters",
        "FILE",
        "the parameters, a .bicepparam or .json file; default infra/NAME.bicepparam where it exists"
    );

    private static void CheckLocation(string text)
    {
        if (!LocationForm().IsMatch(text))
            throw new FormatException("an Azure region such as westeurope");
    }

    [GeneratedRegex(@"^[a-z0-9]{1,40}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LocationForm();
}
