namespace Build.CommandLine.Groups;

/// <summary>The arguments of the datastore.</summary>
public sealed class DatastoreArguments() : ArgumentGroup(Datastore, UpdateCredentials)
{
    public const string Target = "Register-Datastore";

    public static readonly Argument<string?> Datastore = new(
        "datastore",
        "NAME",
        "registers only this datastore of the environment config, without an experiment; with this target only",
        otherwise: null,
        text => text
    )
    {
        OnlyFor = Target,
    };

    public static readonly Argument<bool> UpdateCredentials = Arguments.Switch(
        "update-credentials",
        "sends the account key or SAS again: the workspace never shows the one it has",
        decidesPlan: true
    );
}
