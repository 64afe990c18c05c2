namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Which datastores to list; a null property does not restrict.</summary>
public partial class MachineLearningDatastoreCollectionGetAllOptions
{
    /// <summary>Continuation token of an earlier page.</summary>
    public string? Skip { get; set; }

    /// <summary>Datastores a page; the service's default is 30.</summary>
    public int? Count { get; set; }

    public bool? IsDefault { get; set; }

    public IList<string> Names { get; } = [];

    public string? SearchText { get; set; }

    public string? OrderBy { get; set; }

    public bool? OrderByAsc { get; set; }
}
