namespace CodeHosts.Facts;

/// <summary>What a person may do in the repository, from the least to the most.</summary>
public enum Permission
{
    /// <summary>Nothing beyond what everybody may.</summary>
    None,

    /// <summary>Read.</summary>
    Read,

    /// <summary>Read, and manage issues and labels. It is no permission to spend.</summary>
    Triage,

    /// <summary>Push to branches; on Azure DevOps: Contribute.</summary>
    Write,

    /// <summary>Write, and manage the repository.</summary>
    Maintain,

    /// <summary>Everything.</summary>
    Admin,

    /// <summary>The platform's approval of a stage: an approver of its environment let this run continue.</summary>
    Approver,
}
