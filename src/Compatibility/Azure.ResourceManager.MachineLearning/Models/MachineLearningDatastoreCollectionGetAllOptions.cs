namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Restricts a list of datastores. A property that is null does not restrict.</summary>
public partial class MachineLearningDatastoreCollectionGetAllOptions
{
    /// <summary>Continuation token of an earlier page.</summary>
    public string? Skip { get; set; }

    /// <summary>Gets or sets the number of datastores per page. The service's default is 30.</summary>
    public int? Count { get; set; }

    public bool? IsDefault { get; set; }

    public IList<string> Names { get; } = [];

    public string? SearchText { get; set; }

    public string? OrderBy { get; set; }

    public bool? OrderByAsc { get; set; }
}
