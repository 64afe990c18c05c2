using System.Text.RegularExpressions;

namespace Build.CommandLine.Groups.Subscriptions;

/// <summary>The arguments that select what is provisioned in a subscription.</summary>
public sealed partial class ProvisioningArguments() : ArgumentGroup(Name, Subscription, Tenant, Endpoint, Yes)
{
    public static readonly Argument<string?> Name = Arguments.Text(
        "name",
        "NAME",
        "the environment, such as dev; configuration/NAME.json describes it",
        CheckName
    );

    public static readonly Argument<string?> Subscription = Arguments.Text(
        "subscription",
        "GUID",
        "the subscription; default that of configuration/NAME.json",
        CheckGuid
    );

    public static readonly Argument<string?> Tenant = Arguments.Text(
        "tenant",
        "GUID",
        "the tenant to sign in to; default that of configuration/NAME.json, else the credential's",
        CheckGuid
    );

    public static readonly Argument<string?> Endpoint = Arguments.Text(
        "endpoint",
        "URL",
        "an emulator in place of Azure; https://localhost:0 is the one of this checkout",
        CheckEndpoint
    );

    public static readonly Argument<bool> Yes = Arguments.Switch("yes", "carries it out; without it nothing is changed");

    private static void CheckName(string text)
    {
        if (!NameForm().IsMatch(text))
            throw new FormatException("2 to 12 lower-case letters or digits, the first a letter");
    }

    private static void CheckGuid(string text)
    {
        if (!Guid.TryParseExact(text, "D", out _))
            throw new FormatException("a GUID (az account show)");
    }

    private static void CheckEndpoint(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps || !address.IsLoopback)
            throw new FormatException("an https address of this machine, such as https://localhost:0");
    }

    [GeneratedRegex(@"^[a-z][a-z0-9]{1,11}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameForm();
}
