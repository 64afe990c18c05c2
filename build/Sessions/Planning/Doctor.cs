using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.LocalRuntime;
using Build.Log.Displays;
using Build.Sessions.Data;
using Cake.Core;
using Datasets.Checks;
using Experiments.Json;
using Experiments.Model;
using Experiments.Planning;
using Experiments.Plans.Jobs;
using Experiments.Reading;
using Workspaces.Errors;

namespace Build.Sessions.Planning;

/// <summary>Checks everything that a run needs and reports all faults at once. Changes nothing and sends no request.</summary>
public sealed class Doctor(
    CommandArguments arguments,
    PlanStore plans,
    PythonRuntime python,
    SignInSession signIns,
    ImageSession images,
    IDisplay display
)
{
    /// <summary>Checks and reports.</summary>
    /// <exception cref="CakeException">Faults were found.</exception>
    public async Task CheckAsync(BuildContext context)
    {
        var findings = await FindAsync(context);
        var rows = findings.Select(finding => finding.ToRow(context));
        display.Show(context, new Listing(Indent: 0, [6, 11], [.. rows]) { Headings = ["", "check", "result"] });
        var faults = findings.Sum(finding => finding.Faults.Count);
        if (faults > 0)
            throw new CakeException(faults == 1 ? "1 fault was found." : $"{faults} faults were found.");
        context.Say("No fault was found.");
    }

    private async Task<IReadOnlyList<Finding>> FindAsync(BuildContext context)
    {
        var file = arguments.Get(ExperimentArguments.File);
        Configuration configuration;
        try
        {
            configuration = plans.ReadConfiguration(context);
        }
        catch (ConfigException exception)
        {
            return [Finding.Fault("experiment", file, Texts(exception))];
        }

        var findings = new List<Finding>
        {
            Finding.Ok("experiment", file) with
            {
                Warnings = [.. configuration.Warnings.Select(warning => warning.ToString()!)],
            },
            await CheckPlanAsync(context, configuration, file),
            await CheckDatasetAsync(context, configuration),
            await CheckRuntimeAsync(context, configuration.Environment),
        };
        // The emulator is signed in to with its own token.
        if (configuration.Environment.Endpoint is null)
            findings.Add(CheckSignIn(configuration.Environment));
        return findings;
    }

    private async Task<Finding> CheckPlanAsync(BuildContext context, Configuration configuration, string file)
    {
        try
        {
            var sources = new PlanSources(
                "",
                (await images.ReadInputsAsync(context, configuration.Environment)).ToPlan(),
                new(JobRuntime.Azure, "")
            );
            Planner.Plan(configuration.Experiment, configuration.Environment, context.Root, git: null, sources, dataset: null);
            return Finding.Ok("plan", file);
        }
        catch (ConfigException exception)
        {
            return Finding.Fault("plan", file, Texts(exception));
        }
    }

    private static async Task<Finding> CheckDatasetAsync(BuildContext context, Configuration configuration)
    {
        const string Subject = "dataset";
        var experiment = configuration.Experiment;
        try
        {
            if (DatasetSession.ReadFolder(context, configuration) is not { } folder)
                return Finding.Later(Subject, $"{experiment.DataMount} is in a storage account; Plan checks it");
            var dataset = await DatasetSession.CheckAsync(context, folder, configuration, withHash: false);
            return Finding.Ok(
                Subject,
                $"{dataset.TrainCsv} ({dataset.Train.Images} images), {dataset.TestCsv} ({dataset.Test.Images} images), "
                    + $"{dataset.DroppedRows.Count} rows left out"
            ) with
            {
                Warnings = [.. dataset.DroppedRows.Select(row => row.ToString())],
            };
        }
        catch (DatasetException) when (DemoData.IsMissing(context, configuration))
        {
            return Finding.Later(
                Subject,
                "the demo's dataset images are not drawn yet; Train draws them (dotnet cake --target=Create-Demo-Data)"
            );
        }
        catch (DatasetException exception)
        {
            return Finding.Fault(
                Subject,
                $"{experiment.ImageType} in datastore {experiment.DataMount}",
                [.. exception.Faults.Select(fault => fault.ToString()!)]
            ) with
            {
                Advice =
                    experiment.Data.OnBadRows == BadRows.Fail
                        ? "Fix the files, or leave such rows out of the run: --set=DATA.ON_BAD_ROWS=drop"
                        : null,
            };
        }
    }

    private async Task<Finding> CheckRuntimeAsync(BuildContext context, EnvironmentConfig environment)
    {
        const string Subject = "runtime";
        if (environment.Endpoint is null)
            return Finding.Ok(Subject, "not needed here: the job runs on Azure");
        var (interpreter, reason) = await python.FindAsync(context);
        return interpreter is not null
            ? Finding.Ok(Subject, $"{interpreter.Path} (Python {interpreter.Version})")
            : Finding.Later(Subject, $"{reason}; {PythonRuntime.Remedy}");
    }

    /// <summary>Describes how a run would sign in, from what is configured here; sends no request.</summary>
    private Finding CheckSignIn(EnvironmentConfig environment)
    {
        const string Subject = "sign-in";
        try
        {
            return Finding.Later(Subject, signIns.To(environment.AmlTenantId).Foresee());
        }
        catch (WorkspaceException exception)
        {
            return Finding.Fault(Subject, "no configured way can sign in", [exception.Message]);
        }
    }

    private static IReadOnlyList<string> Texts(ConfigException exception) => [.. exception.Faults.Select(fault => fault.ToString()!)];
}
