using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A version of a model: where its files are, and which job made them.</summary>
public partial class MachineLearningModelVersionProperties : MachineLearningAssetBase
{
    /// <summary>The flavors of MLflow by name, such as <c>python_function</c>.</summary>
    public IDictionary<string, MachineLearningFlavorData> Flavors { get; set; } = new UnsetDictionary<MachineLearningFlavorData>();

    /// <summary>The job that made the model.</summary>
    public string? JobName { get; set; }

    /// <summary>Such as <c>custom_model</c> and <c>mlflow_model</c>.</summary>
    public string? ModelType { get; set; }

    /// <summary>The address of the files, such as <c>azureml://jobs/NAME/outputs/artifacts/paths/outputs/final_model/</c>.</summary>
    public Uri? ModelUri { get; set; }

    public string? Stage { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        base.WriteOwnMembers(writer);
        writer.WriteOptional("flavors", Flavors);
        writer.WriteOptional("jobName", JobName);
        writer.WriteOptional("modelType", ModelType);
        writer.WriteOptional("modelUri", ModelUri);
        writer.WriteOptional("stage", Stage);
    }

    internal static MachineLearningModelVersionProperties Read(JsonElement json)
    {
        var version = new MachineLearningModelVersionProperties
        {
            IsAnonymous = json.Boolean("isAnonymous"),
            IsArchived = json.Boolean("isArchived"),
            Flavors = json.Map("flavors", MachineLearningFlavorData.Read),
            JobName = json.Text("jobName"),
            ModelType = json.Text("modelType"),
            ModelUri = json.Link("modelUri"),
            Stage = json.Text("stage"),
        };
        version.ReadBaseMembers(json);
        return version;
    }
}
