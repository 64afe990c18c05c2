using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests.Sweeps;

/// <summary>Submits a sweep named <c>sweep</c> whose trials can wait for a file, and reads its trials.</summary>
internal static class TestSweep
{
    public const string WaitForGo = "while [ ! -e $AZURE_ML_OUTPUT_gate/go ]; do sleep 0.05; done; ";

    // Logs the value of $2 as metric score at step $1.
    public const string LogFunction =
        """log() { curl -sS --fail --cacert $MLFLOW_TRACKING_SERVER_CERT_PATH -H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN" """
        + """-H "Content-Type: application/json" -d "{\"run_id\":\"$MLFLOW_RUN_ID\",\"key\":\"score\",\"value\":$2,\"step\":$1}" """
        + "${MLFLOW_TRACKING_URI/azureml:/https:}/api/2.0/mlflow/runs/log-metric >/dev/null; }; ";

    // Logs the value of $1 as metric score at each of the steps that follow, in one request.
    public const string LogBatchFunction =
        """log_batch() { value=$1; shift; points=; for step in "$@"; do """
        + """points="$points,{\"key\":\"score\",\"value\":$value,\"step\":$step,\"timestamp\":$step}"; done; """
        + """curl -sS --fail --cacert $MLFLOW_TRACKING_SERVER_CERT_PATH -H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN" """
        + """-H "Content-Type: application/json" -d "{\"run_id\":\"$MLFLOW_RUN_ID\",\"metrics\":[${points#,}]}" """
        + "${MLFLOW_TRACKING_URI/azureml:/https:}/api/2.0/mlflow/runs/log-batch >/dev/null; }; ";

    public static JsonObject Sweep(string command, string space, Action<JsonObject>? change = null)
    {
        var properties = new JsonObject
        {
            ["jobType"] = "Sweep",
            ["experimentName"] = "potholes",
            ["computeId"] = $"/{TestEmulator.Workspace}/computes/cpu",
            ["trial"] = new JsonObject
            {
                ["command"] = command,
                ["environmentId"] = $"/{TestEmulator.Workspace}/environments/detection/versions/1",
            },
            ["searchSpace"] = JsonNode.Parse(space),
            ["samplingAlgorithm"] = new JsonObject { ["samplingAlgorithmType"] = "Grid" },
            ["objective"] = new JsonObject { ["goal"] = "Maximize", ["primaryMetric"] = "score" },
            ["outputs"] = new JsonObject
            {
                ["gate"] = new JsonObject
                {
                    ["jobOutputType"] = "uri_folder",
                    ["uri"] = "azureml://datastores/workspaceblobstore/paths/gate/",
                },
            },
        };
        change?.Invoke(properties);
        return new JsonObject { ["properties"] = properties };
    }

    public static async Task<JsonNode> SubmitAsync(
        TestEmulator emulator,
        string command,
        string space,
        Action<JsonObject>? change = null,
        int nodes = 2
    )
    {
        await emulator.CreateComputeAsync(nodes: nodes);
        await emulator.CreateEnvironmentAsync();
        return await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/jobs/sweep"),
            Sweep(command, space, change).ToJsonString()
        );
    }

    public static string Gate(TestEmulator emulator) =>
        Path.Combine(
            Directory.GetDirectories(Path.Combine(emulator.Folder, "storage"), "workspaceblobstore", SearchOption.AllDirectories).Single(),
            "gate"
        );

    // A trial exists only once the sweep has created it.
    public static Task WaitForTrialAsync(TestEmulator emulator, string name) =>
        TestEmulator.EventuallyAsync(
            async () => (string?)(await ChildrenAsync(emulator)).Find(child => (string?)child["runId"] == name)?["status"] == "Running",
            () => Task.FromResult($"trial {name} does not run")
        );

    public static void Open(TestEmulator emulator) => File.WriteAllText(Path.Combine(Gate(emulator), "go"), "");

    public static async Task<List<JsonNode>> ChildrenAsync(TestEmulator emulator) =>
        [.. (await emulator.GetAsync(TestEmulator.History("/runs/sweep/children")))["value"]!.AsArray().Select(child => child!)];

    public static async Task<int> CountAsync(TestEmulator emulator, params string[] statuses) =>
        (await ChildrenAsync(emulator)).Count(child => statuses.Contains((string)child["status"]!, StringComparer.Ordinal));
}
