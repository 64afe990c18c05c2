using Build.CommandLine;
using Build.CommandLine.Groups;
using Build.CommandLine.Groups.Pipelines;
using Build.LocalRuntime;
using Build.Log;
using Build.Log.Displays;
using Build.Sessions.Data;
using Cake.Core;
using CodeHosts.Annotations;
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
    ImageSession imageSession,
    PictureDecoding pictures,
    FaultPlaces places,
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
        IReadOnlyList<CodeFault> found = [.. findings.SelectMany(finding => finding.Places)];
        // Reading the configuration has annotated its own faults.
        context.Annotate(found.Where(fault => fault.Rule != FaultRules.ExpConfig));
        if (arguments.GetPath(SarifArguments.Sarif) is { } file)
            FaultReport.WriteSarif(file, found);
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
            return [Finding.Fault("experiment", file, Texts(exception), FaultReport.Of(context, FaultRules.ExpConfig, exception))];
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
        findings.AddRange(CheckPlaceholders(context, configuration.Experiment.EnvConfigFile));
        // The emulator is signed in to with its own token.
        if (configuration.Environment.Endpoint is null)
            findings.Add(CheckSignIn(configuration.Environment));
        return findings;
    }

    /// <summary>
    /// Finds values of the samples in the environment config that were not replaced. Usually there are none, and nothing is reported.
    /// </summary>
    private static IEnumerable<Finding> CheckPlaceholders(BuildContext context, string file)
    {
        var source = $"{ConfigurationReader.Folder}/{file}";
        var faults = Placeholders.Find(Path.Combine(context.Root, ConfigurationReader.Folder, file), source);
        return faults.Count == 0
            ? []
            :
            [
                Finding.Fault(
                    "environment",
                    source,
                    [.. faults.Select(fault => fault.ToString())],
                    [.. faults.Select(fault => CodeFault.Of(FaultRules.Placeholder, fault, context.Root))]
                ) with
                {
                    Advice =
                        "dotnet cake --target=Provision writes such a file for your own subscription; docs/getting-started.md says how.",
                },
            ];
    }

    private async Task<Finding> CheckPlanAsync(BuildContext context, Configuration configuration, string file)
    {
        try
        {
            var sources = new PlanSources(
                "",
                (await imageSession.ReadInputsAsync(context, configuration.Environment)).ToPlan(),
                new(JobRuntime.Azure, "")
            );
            Planner.Plan(configuration.Experiment, configuration.Environment, context.Root, git: null, sources, dataset: null);
            return Finding.Ok("plan", file);
        }
        catch (ConfigException exception)
        {
            return Finding.Fault("plan", file, Texts(exception), FaultReport.Of(context, FaultRules.Plan, exception));
        }
    }

    private async Task<Finding> CheckDatasetAsync(BuildContext context, Configuration configuration)
    {
        const string Subject = "dataset";
        var experiment = configuration.Experiment;
        try
        {
            if (configuration.Environment.Datastores[experiment.DataMount].FolderPath(context.Root) is not { } folder)
                return Finding.Later(Subject, $"{experiment.DataMount} is in a storage account; Plan checks it");
            var images = await pictures.OpenAsync(context, folder, experiment.ImageType);
            var dataset = await DatasetSession.CheckAsync(context, images.Source, configuration, withHash: false);
            string[] notes = images.Note is { } note ? [.. dataset.Notes, note] : [.. dataset.Notes];
            return Finding.Ok(Subject, $"{dataset}, " + $"{dataset.DroppedRows.Count} rows left out") with
            {
                Warnings = [.. notes, .. dataset.DroppedRows.Select(row => row.ToString())],
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
                [.. exception.Faults.Select(fault => fault.ToString()!)],
                await places.OfAsync(context, configuration, exception)
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
            return Finding.Fault(
                Subject,
                "no configured way can sign in",
                [exception.Message],
                [FaultPlaces.Of(FaultRules.SignIn, exception.Message)]
            );
        }
    }

    private static IReadOnlyList<string> Texts(ConfigException exception) => [.. exception.Faults.Select(fault => fault.ToString()!)];
}
