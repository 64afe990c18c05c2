namespace Workspaces.Models;

/// <summary>A version of a model that is to be registered.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Job">The job whose artifacts hold the model. It has one version.</param>
/// <param name="Folder">The model's folder in the artifacts of the job, with forward slashes.</param>
/// <param name="Type">The type, by Azure ML's name.</param>
/// <param name="Description">Purpose of the run; null when none was given.</param>
/// <param name="Tags">What a person may change later.</param>
/// <param name="Properties">What nobody can change later.</param>
public sealed record ModelDraft(
    string Name,
    string Job,
    string Folder,
    string Type,
    string? Description,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyDictionary<string, string> Properties
)
{
    /// <summary>The type of a folder of any content.</summary>
    public const string Custom = "custom_model";

    /// <summary>The type of a folder with an <c>MLmodel</c> file.</summary>
    public const string Mlflow = "mlflow_model";

    /// <summary>The property that holds the image of the job.</summary>
    public const string ImageProperty = "model_training.image";

    /// <summary>Gets the address of the folder.</summary>
    public Uri Address => new($"azureml://jobs/{Job}/outputs/artifacts/paths/{Folder}/");
}
