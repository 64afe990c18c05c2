namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Which versions of a model to list; a null property does not restrict.</summary>
public partial class MachineLearningModelVersionCollectionGetAllOptions
{
    /// <summary>Continuation token of an earlier page.</summary>
    public string? Skip { get; set; }

    public string? OrderBy { get; set; }

    public int? Top { get; set; }

    public string? Version { get; set; }

    public string? Description { get; set; }

    public int? Offset { get; set; }

    /// <summary>Tags that a version must have, as <c>NAME</c> or <c>NAME=VALUE</c>, with commas between them.</summary>
    public string? Tags { get; set; }

    /// <summary>Properties that a version must have, in the same form.</summary>
    public string? Properties { get; set; }

    public string? Feed { get; set; }

    /// <summary>Whether archived versions are listed; by default they are not.</summary>
    public MachineLearningListViewType? ListViewType { get; set; }
}
