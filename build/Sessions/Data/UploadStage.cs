using Build.CommandLine;
using Build.CommandLine.Groups.Data;
using Build.Log;
using Build.Log.Displays;
using Cake.Core;
using Datasets.Checks;
using Datasets.Upload;
using Experiments.Model;

namespace Build.Sessions.Data;

/// <summary>Copies a dataset from a local folder to the datastore of an experiment.</summary>
public sealed class UploadStage(
    PlanStore plans,
    CommandArguments arguments,
    StorageSession storage,
    PictureDecoding pictures,
    IDisplay display,
    TimeProvider time
)
{
    /// <summary>Validates the dataset and copies the files that are missing or differ.</summary>
    /// <exception cref="CakeException"><c>--from</c> is missing or no folder.</exception>
    /// <exception cref="DatasetException">Carries every fault of the dataset.</exception>
    public async Task RunAsync(BuildContext context)
    {
        var configuration = plans.ReadConfiguration(context);
        var experiment = configuration.Experiment;
        var folder = FindFolder(experiment);
        await CheckAsync(context, folder, experiment);

        var files = await storage.OpenAsync(context, configuration.Environment, experiment.DataMount);
        var cache = StorageSession.Cache(context, experiment.DataMount, $"{experiment.ImageType}-md5");
        var uploader = new DatasetUploader(files, cache, time);
        DatasetUpload upload = null!;
        await display.TrackAsync(context, async tracker =>
            upload = await uploader.UploadAsync(
                folder,
                experiment.ImageType,
                experiment.ModelParams.BaseModel,
                new SynchronousProgress<UploadProgress>(step =>
                    tracker.Report((double)step.BytesDone / Math.Max(1, step.Bytes), $"{step}")
                ),
                context.Cancellation
            )
        );
        context.Report(
            "Upload",
            $"{upload.Sent} of {upload.Files} files ({upload.SentBytes / 1e6:F1} MB) to {files.Description}; the others exist already"
        );
    }

    private string FindFolder(Experiment experiment)
    {
        var rule = $"it must be a folder that holds {experiment.ImageType}/images and {experiment.ImageType}/datasets";
        var folder = arguments.GetPath(UploadArguments.From)
            ?? throw new CakeException($"--from is missing; {rule}: dotnet cake --target=Upload-Dataset --from=FOLDER");
        return Directory.Exists(folder) ? folder : throw new CakeException($"--from is {folder}, which does not exist; {rule}.");
    }

    private async Task CheckAsync(BuildContext context, string folder, Experiment experiment)
    {
        var images = await pictures.OpenWholeAsync(context, folder, experiment.ImageType);
        var pairs = await DatasetReader.ReadEveryPairAsync(
            images.Source,
            experiment.TrainCsv,
            experiment.TestCsv,
            experiment.Data,
            context.Cancellation
        );
        string[] dropped = [.. pairs.SelectMany(pair => pair.DroppedRows).Select(row => row.ToString())];
        foreach (var row in FaultLines.Shorten(context, "dropped-rows.txt", dropped))
            context.Warn(row);
        foreach (var note in pairs.SelectMany(pair => pair.Notes).Append(images.Note).OfType<string>().Distinct(StringComparer.Ordinal))
            context.Warn(note);
        foreach (var pair in pairs)
            context.Report("Dataset", $"{pair}");
    }
}
