using Fixtures.Checkouts;

[assembly: AssemblyFixture(typeof(DemoData))]

namespace EndToEnd.Provisioning;

/// <summary>The way of a team: provision an empty subscription, upload a dataset, train, and delete everything, on the emulator.</summary>
public sealed class ProvisioningTests(DemoData data)
{
    private const string Subscription = "--subscription=00000000-0000-0000-0000-000000000000";

    [Fact]
    public async Task Provision_MakesTheWorkspaceThatTrainUses()
    {
        await using var checkout = new Checkout();
        CopyTemplate(checkout);
        string[] provision = ["--target=Provision", "--name=team", "--location=westeurope", Subscription, "--endpoint=https://localhost:0"];

        var shown = await checkout.SucceedAsync(provision);
        Assert.Contains(
            "Nothing was changed. To deploy: dotnet cake --target=Provision --name=team",
            shown.Output,
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(Config(checkout)), shown.Output);

        var made = await checkout.SucceedAsync([.. provision, "--yes"]);
        Assert.Contains("succeeded: Microsoft.MachineLearningServices/workspaces mlw-team", made.Output, StringComparison.Ordinal);
        Assert.Contains("configuration/team.json: created", made.Output, StringComparison.Ordinal);
        Assert.Contains("gh variable set AZURE_CLIENT_ID --env training --body ", made.Output, StringComparison.Ordinal);

        var again = await checkout.SucceedAsync("--target=Provision", "--name=team", "--yes");
        Assert.Matches(@"Changes +\d+ no change\n", again.Output);
        Assert.Contains("Deployment   model-training-team: unchanged", again.Output, StringComparison.Ordinal);
        Assert.Contains("configuration/team.json: unchanged", again.Output, StringComparison.Ordinal);

        checkout.WriteExperiment(
            ("ENV_CONFIG_FILE", "\"team.json\""),
            ("DATA_MOUNT", "\"training_data\""),
            ("COMPUTE_NAME", "\"gpu\""),
            ("RUN_PARAMS.STEPS", "3"),
            ("RUN_PARAMS.WARMUP_STEPS", "1"),
            ("RUN_PARAMS.BATCH_SIZE", "2"),
            ("MODEL_PARAMS.IMAGE_SIZE", "64")
        );
        await checkout.SucceedAsync("--target=Upload-Dataset", $"--from={data.Few}");
        var trained = await checkout.SucceedAsync("--target=Train");
        // Train finds what Provision made, and changes none of it.
        Assert.Contains("Datastore    training_data: unchanged", trained.Output, StringComparison.Ordinal);
        Assert.Matches(@"Cluster +gpu .*: unchanged", trained.Output);
        Assert.Equal("Completed", (string?)checkout.ReadOutcome()["status"]);

        var listed = await checkout.SucceedAsync("--target=Deprovision", "--name=team");
        Assert.Contains("Nothing was deleted.", listed.Output, StringComparison.Ordinal);
        var deleted = await checkout.SucceedAsync("--target=Deprovision", "--name=team", "--yes");
        Assert.Contains("deleted: resource group rg-model-training-team", deleted.Output, StringComparison.Ordinal);
        Assert.Contains("purged: key vault kvteam", deleted.Output, StringComparison.Ordinal);
        var gone = await checkout.SucceedAsync("--target=Deprovision", "--name=team");
        Assert.Contains("rg-model-training-team does not exist", gone.Output, StringComparison.Ordinal);
    }

    private static string Config(Checkout checkout) => Path.Combine(checkout.Root, "configuration", "team.json");

    // The compiler writes beside its project, so the checkout has files of its own.
    private static void CopyTemplate(Checkout checkout)
    {
        var source = Path.Combine(Checkout.Repository, "infra");
        foreach (
            var file in new[] { "*.bicep", "*.json", "*.proj" }.SelectMany(pattern =>
                Directory.EnumerateFiles(source, pattern, SearchOption.AllDirectories)
            )
        )
        {
            var path = Path.GetRelativePath(source, file);
            if (path.StartsWith("obj", StringComparison.Ordinal))
                continue;
            var target = Path.Combine(checkout.Root, "infra", path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
