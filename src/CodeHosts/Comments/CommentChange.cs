namespace CodeHosts.Comments;

/// <summary>What was done to the comment.</summary>
public enum CommentChange
{
    Created,
    Edited,
    Unchanged,
}
