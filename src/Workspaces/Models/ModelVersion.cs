using System.Globalization;
using Azure.ResourceManager.MachineLearning;

namespace Workspaces.Models;

/// <summary>A registered version of a model.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">The version, a number where this project registered it.</param>
/// <param name="Job">The job that made it; null when it is unknown.</param>
/// <param name="Type">Its type, by Azure ML's name; null when it has none.</param>
/// <param name="Stage">Its stage; null when it has none.</param>
/// <param name="IsArchived">Whether it is archived.</param>
public sealed record ModelVersion(string Name, string Version, string? Job, string? Type, string? Stage, bool IsArchived)
{
    /// <summary>The tag that holds the stage.</summary>
    public const string StageTag = "stage";

    /// <summary>Gets the number of the version; 0 when it is no number.</summary>
    public int Number => int.TryParse(Version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Reads a version.</summary>
    internal static ModelVersion Of(MachineLearningModelVersionResource version)
    {
        var properties = version.Data.Properties;
        return new(
            version.Id.Parent!.Name,
            version.Id.Name,
            properties.JobName,
            properties.ModelType,
            properties.Tags.TryGetValue(StageTag, out var stage) && stage.Length > 0 ? stage : null,
            properties.IsArchived == true
        );
    }

    /// <summary>Returns the version as it is typed, <c>NAME:VERSION</c>.</summary>
    public override string ToString() => $"{Name}:{Version}";
}
