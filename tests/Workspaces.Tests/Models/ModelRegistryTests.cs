using Fixtures.Services;
using Workspaces.Connection;
using Workspaces.Errors;
using Workspaces.Models;

namespace Workspaces.Tests.Models;

public sealed class ModelRegistryTests : IDisposable
{
    private static readonly ModelDraft Draft = new(
        "pothole",
        "demo-0123456789ab",
        "outputs/final_model",
        ModelDraft.Mlflow,
        "How far do 1000 steps get?",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["eval_mAP"] = "0.41", ["seed"] = "42" },
        new Dictionary<string, string>(StringComparer.Ordinal) { [ModelDraft.ImageProperty] = "example.azurecr.io/detection@sha256:01" }
    );

    private readonly FakeService service = new();
    private readonly FakeModels models;

    public ModelRegistryTests() => models = new FakeModels(service);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => service.Dispose();

    [Fact]
    public async Task RegisterAsync_SendsTheWholeVersionOnce_WhenItRunsTwice()
    {
        var registry = await OpenAsync();

        var first = await registry.RegisterAsync(Draft, Cancellation);
        var second = await registry.RegisterAsync(Draft, Cancellation);

        Assert.Equal(
            new RegisteredModel("pothole", "1", models.PathOf(1), "mlflow_model", Draft.Address.OriginalString, StageChange.Created),
            first
        );
        Assert.Equal(first with { Change = StageChange.Unchanged }, second);
        ExpectedRequest.Matches("model.json", Assert.Single(models.Bodies));
    }

    [Fact]
    public async Task RegisterAsync_TakesTheNextNumber_WhenAnotherJobTookTheSame()
    {
        models.Add(1, "earlier");
        models.OnPut = number =>
        {
            if (number == 2)
                models.Add(2, "faster");
        };

        var registered = await (await OpenAsync()).RegisterAsync(Draft, Cancellation);

        Assert.Equal(("3", StageChange.Created), (registered.Version, registered.Change));
        Assert.Equal(
            ["earlier", "faster", Draft.Job],
            models.Versions.OrderBy(pair => pair.Key).Select(pair => (string?)pair.Value["jobName"])
        );
    }

    [Fact]
    public async Task RegisterAsync_FindsTheVersion_WhenAnotherProcessRegisteredTheSameJob()
    {
        models.Add(1, "earlier");
        models.OnPut = number =>
        {
            if (number != 2)
                return;
            models.Add(2, "faster");
            models.Add(3, Draft.Job);
        };

        var registered = await (await OpenAsync()).RegisterAsync(Draft, Cancellation);

        Assert.Equal(("3", StageChange.Unchanged), (registered.Version, registered.Change));
        Assert.Equal(3, models.Versions.Count);
    }

    [Fact]
    public async Task RegisterAsync_GivesOneJobOneVersion_WhenManyRegisterAtTheSameTime()
    {
        var registry = await OpenAsync();
        var drafts = Enumerable.Range(0, 12).Select(number => Draft with { Job = $"job-{number % 3}" });

        var registered = await Task.WhenAll(drafts.Select(draft => Task.Run(() => registry.RegisterAsync(draft, Cancellation))));

        Assert.Equal(3, models.Versions.Count);
        Assert.Equal(3, registered.Select(model => (model.Address, model.Version)).Distinct().Count());
    }

    [Fact]
    public async Task RegisterAsync_SaysWhatToDo_WhenEveryNumberIsTaken()
    {
        models.OnPut = number => models.Add(number, $"other-{number}");

        var error = await Assert.ThrowsAsync<WorkspaceException>(async () => await (await OpenAsync()).RegisterAsync(Draft, Cancellation));

        Assert.Equal(
            "Others registered versions of model 'pothole' at the same time, and took each of 10 numbers that were tried; job "
                + "'demo-0123456789ab' must have a number of its own. Run the same command again.",
            error.Message
        );
    }

    [Fact]
    public async Task RegisterAsync_Fails_WhenTheVersionOfTheJobHasAnotherType()
    {
        models.Add(1, Draft.Job);

        var error = await Assert.ThrowsAsync<WorkspaceException>(async () =>
            await (await OpenAsync()).RegisterAsync(Draft with { Type = ModelDraft.Custom }, Cancellation)
        );

        Assert.StartsWith(
            "Job 'demo-0123456789ab' has version '1' of model 'pothole', whose type is mlflow_model; it must be custom_model",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task PromoteAsync_MovesTheStage_AndChangesNothingTheSecondTime()
    {
        models.Add(1, "first", "Production");
        models.Add(2, "second");
        models.Add(3, "third", "Staging");
        var registry = await OpenAsync();

        var promoted = await registry.PromoteAsync("pothole", "2", "Production", Cancellation);
        var sent = models.Bodies.Count;
        var again = await registry.PromoteAsync("pothole", "2", "Production", Cancellation);

        Assert.Equal(["pothole:1"], promoted.Former.Select(version => version.ToString()));
        Assert.Equal((StageChange.Updated, StageChange.Unchanged), (promoted.Change, again.Change));
        Assert.Equal((2, 2), (sent, models.Bodies.Count));
        ExpectedRequest.Matches("model-promoted.json", models.Bodies[0]);
        Assert.Equal(
            [null, "Production", "Staging"],
            (await registry.ListAsync("pothole", Cancellation)).Reverse().Select(found => found.Stage)
        );
    }

    [Fact]
    public async Task PromoteAsync_RemovesTheStage_WhenItIsNone()
    {
        models.Add(1, "first", "Production");

        var promoted = await (await OpenAsync()).PromoteAsync("pothole", "1", ModelNames.NoStage, Cancellation);

        Assert.Equal((null, "Production", StageChange.Updated), (promoted.Version.Stage, promoted.Before, promoted.Change));
        Assert.False(models.Versions[1]["tags"]!.AsObject().ContainsKey("stage"));
    }

    [Theory]
    [InlineData("4", "Model 'pothole' has no version '4'; it must be one of 2, 1.")]
    [InlineData(
        "1",
        "Model 'pothole' version '1' is archived; it must not be to get a stage. Restore it: az ml model restore --name pothole --version 1"
    )]
    public async Task PromoteAsync_Fails_WhenTheVersionCannotHaveAStage(string version, string message)
    {
        models.Add(1, "first");
        models.Versions[1]["isArchived"] = true;
        models.Add(2, "second");

        var error = await Assert.ThrowsAsync<WorkspaceException>(async () =>
            await (await OpenAsync()).PromoteAsync("pothole", version, "Production", Cancellation)
        );

        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("pothole", "pothole")]
    [InlineData("Road signs/2", "Road-signs-2")]
    [InlineData("_Straße", "Stra-e")]
    [InlineData("日本", "model")]
    public void Of_ReturnsANameThatTheServiceTakes(string useCase, string name)
    {
        Assert.Equal(name, ModelNames.Of(useCase));
        Assert.True(ModelNames.IsName(name));
    }

    [Theory]
    [InlineData("production", "Production")]
    [InlineData("canary-2", "canary-2")]
    [InlineData("a b", null)]
    [InlineData("", null)]
    public void StageOf_WritesTheStagesOfMlflowWithCapitals(string text, string? stage) => Assert.Equal(stage, ModelNames.StageOf(text));

    private async Task<ModelRegistry> OpenAsync() => new(await service.ConnectAsync());
}
