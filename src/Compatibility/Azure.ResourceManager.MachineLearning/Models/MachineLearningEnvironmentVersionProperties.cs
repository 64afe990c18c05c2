using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Describes the source of a job's container: an image, to which conda packages may be added, or a build context.</summary>
public partial class MachineLearningEnvironmentVersionProperties : MachineLearningAssetBase
{
    public AutoRebuildSetting? AutoRebuild { get; set; }

    public MachineLearningBuildContext? Build { get; set; }

    /// <summary>The text of a conda environment file.</summary>
    public string? CondaFile { get; set; }

    public MachineLearningEnvironmentType? EnvironmentType { get; private init; }

    /// <summary>Image reference, best with a digest.</summary>
    public string? Image { get; set; }

    public MachineLearningOperatingSystemType? OSType { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        base.WriteOwnMembers(writer);
        writer.WriteOptional("autoRebuild", AutoRebuild?.ToString());
        writer.WriteOptional("build", Build);
        writer.WriteOptional("condaFile", CondaFile);
        writer.WriteOptional("image", Image);
        writer.WriteOptional("osType", OSType?.ToString());
    }

    internal static MachineLearningEnvironmentVersionProperties Read(JsonElement json)
    {
        var version = new MachineLearningEnvironmentVersionProperties
        {
            IsAnonymous = json.Boolean("isAnonymous"),
            IsArchived = json.Boolean("isArchived"),
            AutoRebuild = json.Value("autoRebuild", static text => new AutoRebuildSetting(text)),
            Build = json.Model("build", MachineLearningBuildContext.Read),
            CondaFile = json.Text("condaFile"),
            EnvironmentType = json.Value("environmentType", static text => new MachineLearningEnvironmentType(text)),
            Image = json.Text("image"),
            OSType = json.Value("osType", static text => new MachineLearningOperatingSystemType(text)),
        };
        version.ReadBaseMembers(json);
        return version;
    }
}
