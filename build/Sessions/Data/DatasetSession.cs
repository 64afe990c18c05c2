using Build.CommandLine;
using Build.CommandLine.Groups;
using Datasets.Checks;
using Datasets.Sources;
using Experiments.Planning;
using Experiments.Reading;
using Workspaces.Errors;

namespace Build.Sessions.Data;

/// <summary>Reads the dataset of an experiment, in a folder or in a storage account.</summary>
public sealed class DatasetSession(CommandArguments arguments, StorageSession storage)
{
    private static readonly string[] ImageTargets = ["Docker-Build", "Docker-Tag", "Docker-Push"];

    /// <summary>
    /// Reads and validates the dataset: of a folder with its images, of a storage account by its listing, the CSVs and the headers of the
    /// images.
    /// </summary>
    /// <returns>
    /// Null for a storage account with <c>--read-dataset=false</c>, or when the run is only about the image: then only the job reads it.
    /// </returns>
    /// <exception cref="DatasetException">Carries every fault of the dataset.</exception>
    /// <exception cref="WorkspaceException">The storage account cannot be read, or the folders of the use case are missing.</exception>
    public async Task<DatasetSummary?> ReadAsync(BuildContext context, Configuration configuration) =>
        ReadFolder(context, configuration) is { } folder ? await CheckAsync(context, folder, configuration, withHash: true)
        : arguments.Get(PlanningArguments.ReadDataset) ?? !IsOnlyAboutImages
            ? await CheckAsync(context, await OpenStoredAsync(context, configuration), configuration, withHash: true)
        : null;

    /// <summary>Returns the dataset of an experiment whose datastore is a folder; null for a storage account.</summary>
    public static FolderDataset? ReadFolder(BuildContext context, Configuration configuration) =>
        configuration.Environment.Datastores[configuration.Experiment.DataMount].FolderPath(context.Root) is { } folder
            ? new FolderDataset(folder, configuration.Experiment.ImageType)
            : null;

    /// <summary>Reads and validates a dataset in a folder, or remembers the result when nothing has changed.</summary>
    /// <exception cref="DatasetException">Carries every fault of the dataset.</exception>
    public static Task<DatasetSummary> CheckAsync(BuildContext context, FolderDataset source, Configuration configuration, bool withHash)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(configuration);
        var experiment = configuration.Experiment;
        var memory = Path.Combine(context.LocalFolder, "storage", $"{experiment.DataMount}-{experiment.ImageType}-checked.json");
        return new RememberedDataset(source, memory, TimeProvider.System).ReadAsync(
            experiment.TrainCsv,
            experiment.TestCsv,
            experiment.Data,
            withHash,
            context.Cancellation
        );
    }

    private static Task<DatasetSummary> CheckAsync(
        BuildContext context,
        IDatasetSource source,
        Configuration configuration,
        bool withHash
    ) =>
        DatasetReader.ReadAsync(
            source,
            configuration.Experiment.TrainCsv,
            configuration.Experiment.TestCsv,
            configuration.Experiment.Data,
            withHash,
            context.Cancellation
        );

    // A run that submits no job needs neither a dataset nor the right to read one.
    private bool IsOnlyAboutImages =>
        arguments.Targets is { Count: > 0 } targets
        && targets.All(target => ImageTargets.Contains(target, StringComparer.OrdinalIgnoreCase));

    private async Task<StoredDataset> OpenStoredAsync(BuildContext context, Configuration configuration)
    {
        var (mount, imageType) = (configuration.Experiment.DataMount, configuration.Experiment.ImageType);
        return new StoredDataset(
            await storage.OpenAsync(context, configuration.Environment, mount),
            mount,
            imageType,
            StorageSession.Cache(context, mount, $"{imageType}-sizes")
        );
    }
}
