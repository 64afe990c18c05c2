namespace Experiments.Plans.Jobs;

/// <summary>The command job that trains: what runs, with which inputs, outputs and tags.</summary>
/// <param name="ExperimentName">Experiment the job is grouped under.</param>
/// <param name="DisplayName">Name shown in the studio.</param>
/// <param name="Description">Purpose of the run; null when none was given.</param>
/// <param name="Command">Command line with <c>${{inputs.x}}</c> and <c>${{outputs.x}}</c> placeholders.</param>
/// <param name="EnvironmentVariables">Variables of the command; never a secret.</param>
/// <param name="Inputs">Folders read, by input name.</param>
/// <param name="Outputs">Folders written, by output name.</param>
/// <param name="Tags">Tags of the job; unknown ones are left out.</param>
/// <param name="Properties">Properties of the job, fixed once it is submitted.</param>
/// <param name="InstanceCount">Nodes of the job.</param>
/// <param name="ShmSize">Shared memory of the container, as in <c>2g</c>.</param>
/// <param name="Timeout">Time after which the service cancels the job.</param>
public sealed record JobPlan(
    string ExperimentName,
    string DisplayName,
    string? Description,
    string Command,
    IReadOnlyDictionary<string, string> EnvironmentVariables,
    IReadOnlyDictionary<string, JobInputPlan> Inputs,
    IReadOnlyDictionary<string, JobOutputPlan> Outputs,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyDictionary<string, string> Properties,
    int InstanceCount,
    string ShmSize,
    TimeSpan Timeout
);
