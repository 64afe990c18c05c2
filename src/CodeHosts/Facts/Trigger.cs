namespace CodeHosts.Facts;

/// <summary>The kind of an event.</summary>
public enum Trigger
{
    /// <summary>An event that is about no pull request: a push, a schedule, a person's start of a workflow.</summary>
    Other,

    /// <summary>A merge queue checks a group of pull requests.</summary>
    MergeGroup,

    /// <summary>A pull request was opened, reopened or changed.</summary>
    Changed,

    /// <summary>A label was set.</summary>
    Labeled,

    /// <summary>A comment was written.</summary>
    Commented,

    /// <summary>A comment was edited.</summary>
    CommentEdited,

    /// <summary>A comment was deleted.</summary>
    CommentDeleted,

    /// <summary>A stage behind an environment was approved.</summary>
    Approved,
}
