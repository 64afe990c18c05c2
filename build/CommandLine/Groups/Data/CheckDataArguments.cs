namespace Build.CommandLine.Groups.Data;

/// <summary>The arguments of the report about a dataset.</summary>
public sealed class CheckDataArguments() : ArgumentGroup(From, FailOn)
{
    public static readonly Argument<string?> From = Arguments.Text(
        "from",
        "FOLDER",
        "a folder in the datastore layout, in place of the experiment's datastore"
    );

    public static readonly RepeatedArgument FailOn = new(
        "fail-on",
        "FINDING",
        "a finding that is a fault, such as near-duplicates-across; repeatable, see docs/datastores.md",
        _ => { }
    );
}
