namespace CodeHosts.Hosts;

/// <summary>The states of a status.</summary>
public enum VerdictState
{
    /// <summary>The job is running.</summary>
    Pending,

    /// <summary>No rule is broken.</summary>
    Success,

    /// <summary>A rule of <c>--fail-on</c> is broken.</summary>
    Failure,

    /// <summary>The job did not complete, so that there is nothing to compare.</summary>
    Error,
}
