using Azure.Storage.Sas;
using Datasets.Checks;
using Datasets.Sources;
using Experiments.Model;
using Experiments.Plans;
using Workspaces.Errors;

namespace EndToEnd.Storage;

public sealed class ReadingTests(Azurite azurite) : IDisposable
{
    private readonly TestDataset dataset = new();
    private readonly Uploads uploads = new();

    public void Dispose()
    {
        dataset.Dispose();
        uploads.Dispose();
    }

    [Fact]
    public async Task ReadAsync_ReturnsTheNewestPair_WhenLatestIsRequested()
    {
        dataset.WritePair("250102030405");
        dataset.Write("road/datasets/train_road_260102030405.csv", "half a pair");
        var plan = await azurite.CreateContainerAsync();
        await uploads.UploadAsync(plan, dataset);

        var summary = await uploads.ReadAsync(plan);

        Assert.Equal(("train_road_250102030405.csv", "test_road_250102030405.csv"), (summary.TrainCsv, summary.TestCsv));
        Assert.Equal((3, 1), (summary.Train.Images, summary.Test.Images));
        Assert.True(summary.BoxesChecked);
    }

    [Fact]
    public async Task ReadAsync_SendsTwoListingsTwoCsvsAndOneHeaderPerImage_AndNoHeaderASecondTime()
    {
        var plan = await azurite.CreateContainerAsync();
        await uploads.UploadAsync(plan, dataset);
        uploads.Sent.Clear();

        await uploads.ReadAsync(plan);
        Assert.Equal(2 + 2 + 4, uploads.Sent.Count);
        uploads.Sent.Clear();
        await uploads.ReadAsync(plan);

        Assert.Equal(
            [
                $"GET /{plan.Container}/road/datasets/test_road_240102030405.csv",
                $"GET /{plan.Container}/road/datasets/train_road_240102030405.csv",
                $"GET /{plan.Container}?comp=list",
                $"GET /{plan.Container}?comp=list",
            ],
            uploads.Sent.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task ReadAsync_GivesOneHash_ForAFolderAndItsCopies_AndAnotherWhenAnImageChanges()
    {
        var (first, second) = (await azurite.CreateContainerAsync(), await azurite.CreateContainerAsync());
        await uploads.UploadAsync(first, dataset);
        using var elsewhere = new Uploads();
        await elsewhere.UploadAsync(second, dataset);
        var hash = (await uploads.ReadAsync(first)).Hash;

        var ofFolder = await DatasetReader.ReadAsync(
            new FolderDataset(dataset.Root, "road"),
            "latest",
            "latest",
            new DataSettings(),
            withHash: true,
            TestContext.Current.CancellationToken
        );
        Assert.Matches("^[0-9a-f]{64}$", hash);
        Assert.Equal(hash, ofFolder.Hash);
        Assert.Equal(hash, (await elsewhere.ReadAsync(second)).Hash);

        dataset.Write("road/images/001.gif", TestDataset.Gif("abc.gif"));
        await uploads.UploadAsync(first, dataset);
        Assert.NotEqual(hash, (await uploads.ReadAsync(first)).Hash);
    }

    [Fact]
    public async Task ReadAsync_ReportsEveryFault_AsForAFolder()
    {
        dataset.Write(
            "road/datasets/train_road_240102030405.csv",
            "filename,xmin,ymin,xmax,ymax,class\n000.gif,0,0,9,4,pothole\nabsent.gif,0,0,4,4,pothole\ntest.gif,x,0,1,1,pothole\n"
        );
        dataset.Write("road/images/001.gif", "no picture");
        dataset.Write(
            "road/datasets/test_road_240102030405.csv",
            "filename,xmin,ymin,xmax,ymax,class\ntest.gif,0,0,8,6,pothole\n001.gif,0,0,1,1,pothole\n"
        );
        var plan = await azurite.CreateContainerAsync();
        await uploads.UploadAsync(plan, dataset);
        var ofFolder = await Assert.ThrowsAsync<DatasetException>(() =>
            DatasetReader.ReadAsync(
                new FolderDataset(dataset.Root, "road"),
                "latest",
                "latest",
                new DataSettings(),
                withHash: true,
                TestContext.Current.CancellationToken
            )
        );

        var error = await Assert.ThrowsAsync<DatasetException>(() => uploads.ReadAsync(plan));

        Assert.Equal(6, error.Faults.Count);
        Assert.Equal(ofFolder.Faults, error.Faults);
    }

    [Fact]
    public async Task ReadAsync_ListsTheExistingFolders_WhenTheUseCaseIsMissing()
    {
        var plan = await azurite.CreateContainerAsync();
        using var blob = new MemoryStream([1]);
        await Azurite.Container(plan).UploadBlobAsync("roads/images/000.gif", blob, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => uploads.ReadAsync(plan));

        Assert.Equal(
            $"DATASTORES.test_data: container '{plan.Container}' of storage account 'devstoreaccount1' holds nothing in "
                + "road/images and road/datasets; the images must be in road/images and the CSV files in road/datasets. "
                + "It holds the folders roads. Did you mean --set=IMAGE_TYPE=roads? Copy a dataset there: dotnet cake "
                + "--target=Upload-Dataset --from=FOLDER, with the same --exp-config.",
            error.Message
        );
    }

    [Fact]
    public async Task ReadAsync_NamesTheCommandThatMakesIt_WhenTheContainerIsMissing()
    {
        var error = await Assert.ThrowsAsync<WorkspaceException>(() => uploads.ReadAsync(azurite.Plan("nowhere")));

        Assert.StartsWith(
            "DATASTORES.test_data: container 'nowhere' is not in storage account 'devstoreaccount1'; CONTAINER must name an "
                + "existing one, or create it: "
                + "`az storage container create --account-name devstoreaccount1 --name nowhere --auth-mode login`. GET "
                + $"http://{azurite.Host}/devstoreaccount1/nowhere?",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ReadAsync_ReportsTheWrongKey_WhenItIsNotTheAccounts()
    {
        const string Wrong = "cGxhbnRlZC1zZWNyZXQtcGxhbnRlZC1zZWNyZXQtcGxhbnRlZC1zZWNyZXQ=";
        uploads.Secret = Wrong;

        var error = await Assert.ThrowsAsync<WorkspaceException>(() => uploads.ReadAsync(azurite.Plan("any")));

        Assert.StartsWith(
            "DATASTORES.test_data: the account key in the environment variable DATASTORE_TEST_DATA_ACCOUNT_KEY is not one of "
                + "storage account 'devstoreaccount1'; "
                + "it must be one of `az storage account keys list --account-name devstoreaccount1`.",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Wrong, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SharedKey", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UploadAsync_NamesTheMissingPermissions_WhenTheSasOnlyReads()
    {
        var plan = await azurite.CreateContainerAsync() with { Authentication = DatastoreAuthentication.Sas };
        await uploads.UploadAsync(plan with { Authentication = DatastoreAuthentication.AccountKey }, dataset);
        uploads.Secret = Azurite
            .Container(plan)
            .GenerateSasUri(BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, DateTimeOffset.UtcNow.AddHours(1))
            .Query;
        Assert.Equal("train_road_240102030405.csv", (await uploads.ReadAsync(plan)).TrainCsv);
        dataset.Write("road/images/001.gif", TestDataset.Gif("new"));

        var error = await Assert.ThrowsAnyAsync<WorkspaceException>(() => uploads.UploadAsync(plan, dataset));

        Assert.StartsWith(
            "DATASTORES.test_data: the SAS in the environment variable DATASTORE_TEST_DATA_SAS_TOKEN does not allow to write "
                + $"container '{plan.Container}' of storage account 'devstoreaccount1'; it must: "
                + $"`az storage container generate-sas --account-name devstoreaccount1 --name {plan.Container} --permissions "
                + "racwdl --expiry <date> --output tsv`.",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("sig=", error.ToString().Replace("sig=***", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
