using Experiments.Model;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.Environments;

namespace Fixtures.Services;

/// <summary>A valid plan, of which each test changes one place.</summary>
public static class TestPlans
{
    public static DatastorePlan Folder { get; } =
        new("test_data", DatastoreKind.AzureBlob, "localhost", "test_data", "/data/potholes", "file", DatastoreAuthentication.Identity);

    public static DatastorePlan Blob { get; } =
        new("test_data", DatastoreKind.AzureBlob, "pictures", "train", "core.windows.net", "https", DatastoreAuthentication.Identity);

    public static DatastorePlan Share { get; } =
        new("test_data", DatastoreKind.AzureFile, "pictures", "train", "core.windows.net", "https", DatastoreAuthentication.AccountKey);

    public static DatastorePlan Azurite { get; } =
        new(
            "test_data",
            DatastoreKind.AzureBlob,
            "devstoreaccount1",
            "train",
            "127.0.0.1:10000/devstoreaccount1",
            "http",
            DatastoreAuthentication.AccountKey
        );

    public static ComputePlan Compute { get; } =
        new("test", "Standard_NC4as_T4_v3", VmPriority.Dedicated, 0, 3, TimeSpan.FromMinutes(15), "westeurope");

    public static EnvironmentPlan Environment { get; } =
        new("detection", "3f1a9c02b7de", "example.azurecr.io/detection@sha256:0123456789abcdef");

    public static JobPlan Job { get; } =
        new(
            "pothole",
            "pothole 1000 steps",
            "How far do 1000 steps get?",
            "python -m detection train --exp-config-variable EXP_CONFIG --data ${{inputs.data}} --output outputs --checkpoints "
                + "${{outputs.checkpoints}}",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["EXP_CONFIG"] = """{"EXP_NAME":"pothole"}""" },
            new Dictionary<string, JobInputPlan>(StringComparer.Ordinal) { ["data"] = new("azureml://datastores/test_data/paths/") },
            new Dictionary<string, JobOutputPlan>(StringComparer.Ordinal)
            {
                ["checkpoints"] = new("azureml://datastores/workspaceblobstore/paths/checkpoints/pothole-0123456789ab/"),
            },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["description"] = "How far do 1000 steps get?", ["steps"] = "1000" },
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["mlflow.source.git.commit"] = "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            },
            1,
            "2g",
            TimeSpan.FromHours(24)
        );

    public static ExperimentPlan Experiment { get; } =
        new(
            "pothole-0123456789ab",
            FakeService.Address,
            Folder,
            Compute,
            Environment,
            new DatasetPlan("test_data", "pothole", "latest", "latest", null),
            Job,
            new ImagePlan("example.azurecr.io/detection", null, "sha256:0123456789abcdef", null),
            new RuntimePlan(JobRuntime.Azure, "a test")
        );

    public static ComputeTarget Target { get; } =
        new("test", $"{FakeService.WorkspaceId}/computes/test", "Standard_NC4as_T4_v3", 3, StageChange.Unchanged, []);

    public static RegisteredEnvironment Registered { get; } =
        new("detection", "3f1a9c02b7de", $"{FakeService.WorkspaceId}/environments/detection/versions/3f1a9c02b7de", StageChange.Unchanged);
}
