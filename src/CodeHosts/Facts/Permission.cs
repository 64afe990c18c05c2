namespace CodeHosts.Facts;

/// <summary>A person's permission in the repository, from the least to the most.</summary>
public enum Permission
{
    /// <summary>No more than everybody has.</summary>
    None,

    /// <summary>Read.</summary>
    Read,

    /// <summary>Read, and manage issues and labels. It does not permit spending.</summary>
    Triage,

    /// <summary>Push to branches; on Azure DevOps: Contribute.</summary>
    Write,

    /// <summary>Write, and manage the repository.</summary>
    Maintain,

    /// <summary>All permissions.</summary>
    Admin,

    /// <summary>The platform's approval of a stage: an approver of its environment let this run continue.</summary>
    Approver,
}
