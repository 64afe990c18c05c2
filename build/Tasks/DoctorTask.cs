using Build.Docker;
using Build.LocalRuntime;
using Build.Stages;
using Cake.Core;
using Cake.Frosting;
using Datasets.Checks;
using Datasets.Sources;
using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans.Jobs;
using Experiments.Reading;
using Workspaces.Errors;

namespace Build.Tasks;

/// <summary>Looks at all that a run would need and says everything that is wrong at once; changes nothing and asks no service.</summary>
[TaskName("Doctor")]
[TaskDescription("Reports every fault of the experiment, its environment, its dataset and this machine; no network")]
[TaskArgument("exp-config", "FILE", "the experiment; default exp_configs/demo.json")]
[TaskArgument("set", "KEY=VALUE", "overrides one value of it; repeatable")]
[TaskArgument("set-variable", "NAME", "an environment variable with such overrides, one a line")]
[TaskArgument("credential", "NAME", "how to sign in to Azure; default the first way that is configured, see docs/identity.md")]
[TaskExample("--target=Doctor --exp-config=exp_configs/pothole.json", "every fault, with file, line and mend")]
public sealed class DoctorTask(PythonRuntime runtime, SignInSession signIns) : AsyncFrostingTask<BuildContext>
{
    public override async Task RunAsync(BuildContext context)
    {
        var faults = 0;
        var configuration = Check(context, "experiment", ref faults, context.ReadConfiguration);
        if (configuration is not null)
        {
            foreach (var warning in configuration.Warnings)
                context.Warn($"  {warning}");
            Check(context, "plan", ref faults, () =>
                Planner.Plan(
                    configuration.Experiment,
                    configuration.Environment,
                    context.Root,
                    git: null,
                    new PlanSources("", context.ReadImage(configuration.Environment).ToPlan(), new(JobRuntime.Azure, "")),
                    dataset: null
                )
            );
            faults += await CheckDatasetAsync(context, configuration);
            faults += await CheckRuntimeAsync(context, configuration);
            faults += CheckSignIn(context, configuration.Environment);
        }

        if (faults > 0)
            throw new CakeException(faults == 1 ? "1 fault was found." : $"{faults} faults were found.");
        context.Say("No fault was found.");
    }

    private static T? Check<T>(BuildContext context, string what, ref int faults, Func<T> read)
        where T : class
    {
        try
        {
            var result = read();
            context.Say($"ok     {what, -11} {context.ExperimentFile}");
            return result;
        }
        catch (ConfigException exception)
        {
            context.Say($"fault  {what, -11} {context.ExperimentFile}");
            foreach (var fault in exception.Faults)
                context.SayFault($"  {fault}");
            faults += exception.Faults.Count;
            return null;
        }
    }

    private static async Task<int> CheckDatasetAsync(BuildContext context, Configuration configuration)
    {
        var experiment = configuration.Experiment;
        try
        {
            if (configuration.Environment.Datastores[experiment.DataMount].FolderPath(context.Root) is not { } folder)
            {
                context.Say($"later  dataset     {experiment.DataMount} is in a storage account; Plan checks it");
                return 0;
            }

            var dataset = await DatasetReader.ReadAsync(
                new FolderDataset(folder, experiment.ImageType),
                experiment.TrainCsv,
                experiment.TestCsv,
                experiment.Data.OnBadRows,
                withHash: false,
                context.Cancellation
            );
            foreach (var row in dataset.DroppedRows)
                context.Warn($"  {row}");
            context.Say(
                $"ok     dataset     {dataset.TrainCsv} ({dataset.Train.Images} images), {dataset.TestCsv} ({dataset.Test.Images} images), {dataset.DroppedRows.Count} rows left out"
            );
            return 0;
        }
        catch (DatasetException)
            when (CreateDemoDataTask.Draws(context, configuration) && !Directory.Exists(CreateDemoDataTask.Folder(context, configuration)))
        {
            context.Say(
                "later  dataset     the demo's pictures are not drawn yet; Train draws them (dotnet cake --target=Create-Demo-Data)"
            );
            return 0;
        }
        catch (DatasetException exception)
        {
            context.Say($"fault  dataset     {experiment.ImageType} in datastore {experiment.DataMount}");
            foreach (var fault in exception.Faults)
                context.SayFault($"  {fault}");
            if (experiment.Data.OnBadRows == BadRows.Fail)
                context.Say("  Mend the files, or leave such rows out of the run: --set=DATA.ON_BAD_ROWS=drop");
            return exception.Faults.Count;
        }
    }

    /// <summary>How a run would sign in, by what is configured here; nobody is asked.</summary>
    private int CheckSignIn(BuildContext context, EnvironmentConfig environment)
    {
        if (environment.Endpoint is not null)
            return 0;
        try
        {
            context.Say($"later  sign-in     {signIns.To(environment.AmlTenantId).Foresee()}");
            return 0;
        }
        catch (WorkspaceException exception)
        {
            context.Say("fault  sign-in     nothing that is configured here can do it");
            context.SayFault($"  {exception.Message}");
            return 1;
        }
    }

    private async Task<int> CheckRuntimeAsync(BuildContext context, Configuration configuration)
    {
        if (configuration.Environment.Endpoint is null)
        {
            context.Say("ok     runtime     not needed here: the job runs on Azure");
            return 0;
        }

        var (interpreter, reason) = await runtime.FindAsync(context);
        if (interpreter is not null)
            context.Say($"ok     runtime     {interpreter.Path} (Python {interpreter.Version})");
        else
            context.Say($"later  runtime     {reason}; {PythonRuntime.Remedy}");
        return 0;
    }
}
