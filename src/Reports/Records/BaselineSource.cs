using System.Text.Json.Serialization;

namespace Reports.Records;

/// <summary>The source of a baseline.</summary>
public enum BaselineSource
{
    /// <summary>The newest completed run of the experiment on the branch main.</summary>
    [JsonStringEnumMemberName("main")]
    Main,

    /// <summary>The newest completed run of the experiment on another branch, which was named.</summary>
    [JsonStringEnumMemberName("branch")]
    Branch,

    /// <summary>The job that was named.</summary>
    [JsonStringEnumMemberName("job")]
    Job,

    /// <summary>The folder or file that was named.</summary>
    [JsonStringEnumMemberName("file")]
    File,
}
