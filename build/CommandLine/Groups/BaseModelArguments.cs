namespace Build.CommandLine.Groups;

/// <summary>The arguments that name a base model and where its weights come from.</summary>
public sealed class BaseModelArguments() : ArgumentGroup(Model, File, To)
{
    public static readonly Argument<string?> Model = Arguments.Text(
        "model",
        "NAME",
        "the base model, see docs/base_models.md; default the one of the experiment"
    );

    public static readonly Argument<string?> File = Arguments.Text(
        "file",
        "PATH",
        "a *.pth file, or the folder of a TensorFlow checkpoint, in place of a download"
    );

    public static readonly Argument<string?> To = Arguments.Text(
        "models-folder",
        "FOLDER",
        "the folder that receives NAME; default models of the datastore's folder, else artifacts/base-models/models"
    );
}
