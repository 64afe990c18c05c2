using Build.CommandLine;
using Build.CommandLine.Groups.Subscriptions;
using Cake.Core;
using Experiments.Json;
using Experiments.Model;
using Experiments.Reading;

namespace Build.Sessions.Provisioning;

/// <summary>Determines the environment to provision, from the arguments and from the environment config of an earlier run.</summary>
public sealed class ProvisioningTargets(CommandArguments arguments)
{
    /// <summary>Returns the environment that the arguments name.</summary>
    /// <exception cref="CakeException">Something is missing, or differs from the environment config.</exception>
    /// <exception cref="ConfigException">The environment config is faulty.</exception>
    public ProvisioningTarget Find(BuildContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var name = arguments.Get(ProvisioningArguments.Name)
            ?? throw new CakeException("--name is missing; it must be the environment, such as --name=dev.");
        var known = ReadKnown(context, name);
        var subscription = Choose(ProvisioningArguments.Subscription, known?.AmlSubscriptionId, name)
            ?? throw new CakeException(
                "--subscription is missing, and there is no environment config of an earlier run; it must be a GUID: "
                    + "--subscription=$(az account show --query id --output tsv)."
            );
        var endpoint = arguments.Get(ProvisioningArguments.Endpoint) ?? known?.Endpoint;
        return new ProvisioningTarget(
            name,
            subscription,
            Choose(ProvisioningArguments.Tenant, known?.AmlTenantId, name),
            endpoint is null ? null : new Uri(endpoint),
            arguments.IsGiven(TemplateArguments.Location) ? arguments.Get(TemplateArguments.Location) : known?.Location,
            known?.AmlResourceGroup
        );
    }

    private static EnvironmentConfig? ReadKnown(BuildContext context, string name)
    {
        var path = Path.Combine(context.Root, "configuration", $"{name}.json");
        return File.Exists(path) ? EnvironmentConfigReader.Read(path) : null;
    }

    /// <summary>Returns the argument, else the known value; they must not differ.</summary>
    private string? Choose(Argument<string?> argument, string? known, string name)
    {
        var given = arguments.Get(argument);
        if (given is not null && known is not null && !given.Equals(known, StringComparison.OrdinalIgnoreCase))
        {
            throw new CakeException(
                $"--{argument.Name} is \"{given}\", and configuration/{name}.json has \"{known}\"; they must be the same. Another "
                    + $"name makes "
                    + "another environment."
            );
        }

        return given ?? known;
    }
}
