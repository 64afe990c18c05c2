using Build.Stages;
using Cake.Core;
using Cake.Frosting;
using Datasets.Checks;
using Datasets.Sources;
using Datasets.Upload;

namespace Build.Tasks;

/// <summary>Copies a dataset to the experiment's datastore; files already there with the same MD5 are left.</summary>
[TaskName("Upload-Dataset")]
[TaskDescription("Validates a dataset in a local folder and copies what is missing or differs to the experiment's datastore")]
[TaskArgument("from", "FOLDER", "the folder, in the datastore layout: {IMAGE_TYPE}/images, {IMAGE_TYPE}/datasets, models/{BASE_MODEL}")]
[TaskArgument("exp-config", "FILE", "the experiment; default exp_configs/demo.json")]
[TaskArgument("set", "KEY=VALUE", "overrides one value of it; repeatable")]
[TaskArgument("set-variable", "NAME", "an environment variable with such overrides, one a line")]
[TaskArgument("credential", "NAME", "how to sign in to Azure; default the first way that is configured, see docs/identity.md")]
[TaskExample("--target=Upload-Dataset --exp-config=exp_configs/pothole.json --from=data", "a dataset to its datastore")]
public sealed class UploadDatasetTask(StorageSession storage, TimeProvider time) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var configuration = context.ReadConfiguration();
        var experiment = configuration.Experiment;
        var folder = context.PathArgument("from")
            ?? throw new CakeException(
                $"--from is missing; it must be a folder that holds {experiment.ImageType}/images and {experiment.ImageType}/datasets: dotnet cake --target=Upload-Dataset --from=FOLDER"
            );
        if (!Directory.Exists(folder))
            throw new CakeException(
                $"--from is {folder}, which is not there; it must be a folder that holds {experiment.ImageType}/images and {experiment.ImageType}/datasets."
            );

        var pairs = await DatasetReader.ReadEveryPairAsync(
            new FolderDataset(folder, experiment.ImageType),
            experiment.TrainCsv,
            experiment.TestCsv,
            experiment.Data.OnBadRows,
            context.Cancellation
        );
        foreach (var row in pairs.SelectMany(pair => pair.DroppedRows))
            context.Warn(row.ToString());
        foreach (var pair in pairs)
            context.Say($"Dataset      {pair.TrainCsv} ({pair.Train.Images} images), {pair.TestCsv} ({pair.Test.Images} images)");

        var files = await storage.OpenAsync(context, configuration.Environment, experiment.DataMount);
        var uploader = new DatasetUploader(files, StorageSession.Cache(context, experiment.DataMount, $"{experiment.ImageType}-md5"), time);
        var upload = await uploader.UploadAsync(
            folder,
            experiment.ImageType,
            experiment.ModelParams.BaseModel,
            new ImmediateProgress<UploadProgress>(progress => context.Say($"  {progress}")),
            context.Cancellation
        );

        context.Say(
            $"Upload       {upload.Sent} of {upload.Files} files ({upload.SentBytes / 1e6:F1} MB) to {files.Description}; the others were there"
        );
    }
}
