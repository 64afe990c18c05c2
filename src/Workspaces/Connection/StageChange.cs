namespace Workspaces.Connection;

/// <summary>The change that a stage makes to its resource.</summary>
public enum StageChange
{
    /// <summary>The resource was missing and is created.</summary>
    Created,

    /// <summary>The resource exists as planned; nothing is sent.</summary>
    Unchanged,

    /// <summary>The resource exists but differs, and is updated.</summary>
    Updated,
}
