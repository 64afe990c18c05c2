namespace CodeHosts.Comments;

/// <summary>The change that was made to the comment.</summary>
public enum CommentChange
{
    Created,
    Edited,
    Unchanged,
}
