namespace Workspaces.Connection;

/// <summary>What a stage did to the thing it is about.</summary>
public enum StageChange
{
    /// <summary>It was not there and was made.</summary>
    Created,

    /// <summary>It was there as asked; nothing was sent.</summary>
    Unchanged,

    /// <summary>It was there but differed, and was changed.</summary>
    Updated,
}
