using System.Text.Json.Nodes;
using Build.Tests.Doubles;
using Fixtures.Services;

namespace Build.Tests;

/// <summary>The cost line of Follow and Report.</summary>
public sealed class CostTests : IDisposable
{
    private const string Size = "Standard_NC4as_T4_v3";
    private static readonly string Jobs = $"{FakeService.WorkspaceId}/jobs";
    private static readonly string Sizes =
        $"/subscriptions/{FakeService.Address.SubscriptionId}/providers/Microsoft.MachineLearningServices/locations/westeurope/vmSizes";

    private readonly HostConsole host = new();

    public CostTests()
    {
        var config = new JsonObject
        {
            ["COMPUTE"] = new JsonObject { ["VM_SIZE"] = Size, ["PRIORITY"] = "LowPriority" },
        };
        var job = new JsonObject
        {
            ["id"] = $"{Jobs}/job",
            ["name"] = "job",
            ["properties"] = new JsonObject
            {
                ["jobType"] = "Command",
                ["experimentName"] = "demo",
                ["command"] = "x",
                ["environmentId"] = "e",
                ["status"] = "Completed",
                ["environmentVariables"] = new JsonObject { ["EXP_CONFIG"] = config.ToJsonString() },
                ["resources"] = new JsonObject { ["instanceCount"] = 2 },
            },
        };
        host.Service.On("GET", $"{Jobs}/job", FakeService.Json(200, job.ToJsonString()));
        host.Service.On(
            "GET",
            FakeService.RunPath("job"),
            FakeService.Json(
                200,
                """
                {"runId":"job","status":"Completed","startTimeUtc":"2026-01-02T03:00:00Z","endTimeUtc":"2026-01-02T04:30:00Z","tags":{},
                 "logFiles":{}}
                """
            )
        );
        host.Service.On(
            "GET",
            $"/mlflow/v1.0{FakeService.WorkspaceId}/api/2.0/mlflow/runs/get",
            FakeService.Json(200, """{"run":{"info":{"run_id":"job"},"data":{}}}""")
        );
        host.Service.On(
            "GET",
            $"/artifact/v2.0{FakeService.WorkspaceId}/artifacts/ExperimentRun/dcid.job",
            FakeService.Json(200, """{"value":[]}""")
        );
    }

    public void Dispose() => host.Dispose();

    [Fact]
    public void Follow_SaysTheCost_ByThePriceOfSizeAndPriority()
    {
        AnswerPrices();

        Assert.Contains(
            $"  cost       0.30 USD (90.0 min on 2 nodes {Size} (LowPriority) at 0.1 USD per hour, estimated retail price)",
            host.Run("--target=Follow", "--job=job"),
            StringComparison.Ordinal
        );
        Assert.Equal("0.3000", (string?)Outcome()["cost"]!["amount"]!.ToString());
    }

    [Fact]
    public void Follow_TakesTheGivenPrice()
    {
        Assert.Contains(
            $"  cost       1.47 EUR (90.0 min on 2 nodes {Size} (LowPriority) at 0.49 EUR per hour, the price of --node-price)",
            host.Run("--target=Follow", "--job=job", "--node-price=0.49EUR"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(host.Service.Sent, request => request.Uri.AbsolutePath == Sizes);
    }

    [Fact]
    public void Follow_SaysHowToGiveThePrice_WhenTheServiceHasNone()
    {
        host.Service.On("GET", Sizes, FakeService.Json(200, $$"""{"value":[{"name":"{{Size}}","vCPUs":4}]}"""));

        Assert.Contains(
            $"  cost       price unknown: the service gives no price of {Size} (LowPriority); give it: --node-price=AMOUNT",
            host.Run("--target=Follow", "--job=job"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1,5")]
    [InlineData("1_euro")]
    public void Follow_RefusesAPriceThatIsNone(string price) =>
        Assert.Contains(
            $"--node-price is \"{price}\"; it must be an amount above 0, with or without a currency, such as 0.53 or 0.49EUR, or "
                + "SIZE=0.49EUR or SIZE/LowPriority=0.1EUR.",
            host.Run("--target=Follow", "--job=job", $"--node-price={price}"),
            StringComparison.Ordinal
        );

    [Fact]
    public void Report_SaysWhatLostNodesCost()
    {
        AnswerPrices();
        host.Run("--target=Follow", "--job=job");
        var outcome = Outcome();
        outcome["status"] = "Failed";
        outcome["interruptions"] = new JsonArray(
            new JsonObject
            {
                ["stoppedAfter"] = 40,
                ["resumedAfter"] = 30,
                ["secondsLost"] = 360,
            },
            new JsonObject
            {
                ["stoppedAfter"] = 60,
                ["resumedAfter"] = 50,
                ["secondsLost"] = null,
            }
        );
        host.Write("artifacts/job/outcome.json", outcome.ToJsonString());
        host.Write(
            "artifacts/job/outputs/final_model/exp_config.json",
            $$$"""{"COMPUTE": {"VM_SIZE": "{{{Size}}}", "PRIORITY": "LowPriority"}}"""
        );
        host.Service.On("GET", Jobs, FakeService.Json(200, """{"value": []}"""));

        host.Run("--target=Report", "--job=job");

        Assert.Contains(
            "at 0.1 USD per hour, estimated retail price; of it at most 0.01 USD (6.0 min) for steps repeated after 2 lost nodes",
            File.ReadAllText(Path.Combine(host.Root, "artifacts/report.json")),
            StringComparison.Ordinal
        );
    }

    private JsonNode Outcome() => JsonNode.Parse(File.ReadAllText(Path.Combine(host.Root, "artifacts/job/outcome.json")))!;

    private void AnswerPrices() =>
        host.Service.On(
            "GET",
            Sizes,
            FakeService.Json(
                200,
                $$"""
                {"value":[{"name":"{{Size}}","vCPUs":4,"estimatedVMPrices":{"billingCurrency":"USD","unitOfMeasure":"OneHour","values":[
                 {"retailPrice":0.5,"osType":"Linux","vmTier":"Standard"},{"retailPrice":0.1,"osType":"Linux","vmTier":"LowPriority"}]} }]}
                """
            )
        );
}
