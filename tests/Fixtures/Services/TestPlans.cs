using System.Text.Json.Nodes;
using Experiments.Model;
using Experiments.Plans;
using Experiments.Plans.Jobs;
using Experiments.Plans.Passports;
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
            new JsonObject
            {
                ["EXP_NAME"] = "pothole",
                ["RUN_PARAMS"] = new JsonObject { ["STEPS"] = 1000 },
            },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["data"] = "azureml://datastores/test_data/paths/" },
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["checkpoints"] = "azureml://datastores/workspaceblobstore/paths/checkpoints/pothole-0123456789ab/",
            },
            1,
            "2g",
            TimeSpan.FromHours(24)
        );

    public static RunPassport Passport { get; } =
        new(
            "pothole-0123456789ab",
            new PassportImage(new("example.azurecr.io/detection", Tag: null, "sha256:0123456789abcdef")),
            CodeHash: null,
            new GitState("4b825dc642cb6eb9a060e54bf8d69288fbee4904", "main", Repository: null, IsDirty: false),
            "0123456789ab",
            DatasetHash: null,
            TrainCsv: null,
            TestCsv: null,
            Seed: 42,
            new PassportVersions("0.1.0")
        );

    public static ExperimentPlan Experiment { get; } =
        new(FakeService.Address, Folder, Compute, new RuntimePlan(JobRuntime.Azure, "a test"), Passport, ImageBuild: null, Job);

    public static ComputeTarget Target { get; } =
        new("test", $"{FakeService.WorkspaceId}/computes/test", "Standard_NC4as_T4_v3", 3, StageChange.Unchanged, []);

    public static RegisteredEnvironment Registered { get; } =
        new("detection", "3f1a9c02b7de", $"{FakeService.WorkspaceId}/environments/detection/versions/3f1a9c02b7de", StageChange.Unchanged);
}
