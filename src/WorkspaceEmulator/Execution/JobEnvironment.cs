using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Execution;

/// <summary>Creates the environment of a job's command: a few variables of the machine, then the job's, then Azure ML's.</summary>
internal static class JobEnvironment
{
    /// <summary>Names the working folder, by which processes of this emulator are found.</summary>
    public const string WorkingFolderVariable = "AZUREML_CR_EXECUTION_WORKING_DIR_PATH";
    public const string RunVariable = "AZUREML_RUN_ID";

    // An output with one of these names is available as AZURE_ML_OUTPUT_NAME only.
    private static readonly string[] MachineVariables = ["PATH", "HOME", "LANG", "TMPDIR", "USER"];

    /// <param name="job">The job.</param>
    /// <param name="paths">Where its command finds files.</param>
    /// <param name="machine">Variables of the machine or container, such as PATH.</param>
    /// <param name="endpoint">Address of the emulator, the same inside and outside of a container.</param>
    /// <param name="place">Place of the process among those of the job; null for the only one.</param>
    public static Dictionary<string, string> Create(
        JobAttempt job,
        JobPaths paths,
        IReadOnlyDictionary<string, string> machine,
        Uri endpoint,
        ProcessPlace? place = null
    )
    {
        var (run, mounts, token) = (job.Run, paths.Mounts, job.Token);
        var document = run.Document;
        var workspace = job.Workspace;
        var experiment = workspace.Experiments.GetOrCreate(document.ExperimentName);
        var service = endpoint.GetLeftPart(UriPartial.Authority);
        var cluster = workspace.Clusters.GetValueOrDefault(job.Definition.ComputeName);

        var variables = new Dictionary<string, string>(machine, StringComparer.Ordinal);
        foreach (var (name, value) in job.Definition.EnvironmentVariables)
            variables[name] = value;

        variables["AZUREML_ARM_SUBSCRIPTION"] = workspace.Name.SubscriptionId;
        variables["AZUREML_ARM_RESOURCEGROUP"] = workspace.Name.ResourceGroup;
        variables["AZUREML_ARM_WORKSPACE_NAME"] = workspace.Name.Name;
        variables["AZUREML_ARM_PROJECT_NAME"] = document.ExperimentName;
        variables["AZUREML_EXPERIMENT_ID"] = experiment.Id;
        variables["AZUREML_EXPERIMENT_SCOPE"] = $"{workspace.ArmId}/experiments/{document.ExperimentName}";
        variables["AZUREML_WORKSPACE_ID"] = workspace.Name.Id.ToString();
        variables["AZUREML_WORKSPACE_SCOPE"] = workspace.ArmId;
        variables[RunVariable] = run.Name;
        variables["AZUREML_ROOT_RUN_ID"] = document.Parent ?? run.Name;
        variables["AZUREML_RUN_TOKEN"] = token;
        variables["AZUREML_RUN_TOKEN_EXPIRY"] = job.TokenExpires.ToUnixTimeSeconds().ToString();
        variables["AZUREML_SERVICE_ENDPOINT"] = service;
        variables["AZUREML_RUN_HISTORY_SERVICE_ENDPOINT"] = service;
        variables["AZUREML_DISCOVERY_SERVICE_ENDPOINT"] = $"{service}/discovery";
        variables["MLFLOW_TRACKING_URI"] = workspace.Name.TrackingUri(endpoint);
        variables["MLFLOW_TRACKING_TOKEN"] = token;
        variables["MLFLOW_TRACKING_SERVER_CERT_PATH"] = paths.Certificate;
        variables["MLFLOW_RUN_ID"] = run.Name;
        variables["MLFLOW_EXPERIMENT_ID"] = experiment.Id;
        variables["MLFLOW_EXPERIMENT_NAME"] = document.ExperimentName;
        variables["AZUREML_CR_CORRELATION_ID"] = run.Name;
        variables["AZUREML_CR_NODE_RANK"] = "0";
        place?.AddTo(variables);
        variables["AZUREML_CR_AZUREML_CONTEXT"] = new JsonObject
        {
            ["subscription_id"] = workspace.Name.SubscriptionId,
            ["resource_group"] = workspace.Name.ResourceGroup,
            ["workspace_name"] = workspace.Name.Name,
            ["experiment_name"] = document.ExperimentName,
            ["run_id"] = run.Name,
            ["data_container_id"] = run.DataContainer,
        }.ToJsonString();
        variables["AZUREML_CR_COMPUTE_CONTEXT"] = new JsonObject
        {
            ["cluster_name"] = cluster?.Name,
            ["vm_size"] = cluster?.Settings.Size.Name,
            ["gpu_count"] = cluster?.Settings.Size.Gpus,
        }.ToJsonString();
        variables[WorkingFolderVariable] = paths.WorkingFolder;
        variables["PYTHONUNBUFFERED"] = "1";

        foreach (var (name, value) in mounts.Literals)
            variables[$"AZUREML_PARAMETER_{name}"] = value;
        foreach (var (name, path) in mounts.Inputs)
            variables[$"AZURE_ML_INPUT_{name}"] = variables[$"AZUREML_DATAREFERENCE_{name}"] = path;
        foreach (var (name, path) in mounts.Outputs)
        {
            variables[$"AZURE_ML_OUTPUT_{name}"] = path;
            if (!MachineVariables.Contains(name, StringComparer.Ordinal))
                variables.TryAdd(name, path);
        }

        if (mounts.Outputs.Count > 0)
            variables["AZUREML_DATASET_FILE_OUTPUTS"] = string.Join(',', mounts.Outputs.Keys);
        return variables;
    }
}
