namespace Build.Sessions;

/// <summary>The names of the records that the stages write.</summary>
internal static class StageNames
{
    public const string Datastore = "datastore";
    public const string Compute = "compute";
    public const string Job = "job";
    public const string Outcome = "outcome";
}
