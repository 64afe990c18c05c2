using System.Net;

namespace WorkspaceEmulator.Tests;

public class ResourceTests
{
    private const string KeyDatastore =
        """{"properties":{"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","endpoint":"core.windows.net","protocol":"https","""
        + """ "credentials":{"credentialsType":"AccountKey","secrets":{"secretsType":"AccountKey","key":"c2VjcmV0LWtleQ=="}}}}""";

    [Fact]
    public async Task PutWorkspace_AddsTheWorkspace_ToLists()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var workspace = await emulator.GetAsync(TestEmulator.Arm(""));
        Assert.Equal("/" + TestEmulator.Workspace, (string?)workspace["id"]);
        Assert.Equal(
            $"azureml://{emulator.Endpoint.Authority}/mlflow/v1.0/{TestEmulator.Workspace}",
            (string?)workspace["properties"]!["mlFlowTrackingUri"]
        );

        var other = TestEmulator.Arm("").Replace("workspaces/work", "workspaces/other", StringComparison.Ordinal);
        var missing = await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, other);
        Assert.Equal("ResourceNotFound", (string?)missing["error"]!["code"]);
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, other, """{"location":"northeurope","properties":{}}""");
        Assert.Equal("northeurope", (string?)(await emulator.GetAsync(other))["location"]);

        var list = await emulator.GetAsync(
            "subscriptions/sub/providers/Microsoft.MachineLearningServices/workspaces?api-version=2024-10-01"
        );
        Assert.Equal(["other", "work"], list["value"]!.AsArray().Select(item => (string?)item!["name"]));
        var group = await emulator.GetAsync(
            "subscriptions/sub/resourceGroups/elsewhere/providers/Microsoft.MachineLearningServices/workspaces?api-version=2024-10-01"
        );
        Assert.Empty(group["value"]!.AsArray());
    }

    [Fact]
    public async Task DeleteWorkspace_DeletesItsResources_AfterAChange()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.SubmitAsync("sleeper", "sleep 600");
        await emulator.WaitForAsync("sleeper", "Running");

        var changed = await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Patch,
            TestEmulator.Arm(""),
            """{"tags":{"team":"roads"},"properties":{"description":"changed"}}"""
        );
        Assert.Equal(
            ("roads", "changed", "work"),
            (
                (string?)changed["tags"]!["team"],
                (string?)changed["properties"]!["description"],
                (string?)changed["properties"]!["friendlyName"]
            )
        );
        var busy = await emulator.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Delete, TestEmulator.Arm(""));
        Assert.Equal("Workspace 'work' runs sleeper; cancel or await its jobs first.", (string?)busy["error"]!["message"]);
        await emulator.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, TestEmulator.Arm("/jobs/sleeper/cancel"));
        await emulator.WaitForAsync("sleeper", "Canceled");

        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Delete, TestEmulator.Arm(""));
        await emulator.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, TestEmulator.Arm(""));
        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.Arm(""));
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, TestEmulator.Arm(""), """{"location":"westeurope"}""");
        Assert.Empty((await emulator.GetAsync(TestEmulator.Arm("/jobs")))["value"]!.AsArray());
        Assert.Empty((await emulator.GetAsync(TestEmulator.Arm("/computes")))["value"]!.AsArray());
        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.Arm("/environments/detection"));
    }

    [Fact]
    public async Task PutCompute_CreatesACluster_ThatScalesAndIsDeleted()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var body =
            """{"location":"westeurope","properties":{"computeType":"AmlCompute","properties":"""
            + """{"vmSize":"Standard_NC4as_T4_v3","userAccountCredentials":{"adminUserName":"u","adminUserPassword":"hidden"}"""
            + ""","scaleSettings":{"minNodeCount":1,"maxNodeCount":4}}}}""";

        var (status, created, response) = await emulator.SendAsync(HttpMethod.Put, TestEmulator.Arm("/computes/gpu"), body);
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("Creating", (string?)created!["properties"]!["provisioningState"]);
        Assert.DoesNotContain("hidden", created.ToJsonString(), StringComparison.Ordinal);
        var poll = response.Headers.GetValues("Azure-AsyncOperation").Single();
        await TestEmulator.EventuallyAsync(
            async () => (string?)(await emulator.GetAsync(poll))["status"] == "Succeeded",
            () => Task.FromResult("the compute is still creating")
        );
        var compute = await emulator.GetAsync(TestEmulator.Arm("/computes/gpu"));
        Assert.Equal("Succeeded", (string?)compute["properties"]!["provisioningState"]);

        var patched = await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Patch,
            TestEmulator.Arm("/computes/gpu"),
            """{"properties":{"properties":{"scaleSettings":{"minNodeCount":2,"maxNodeCount":3}}}}"""
        );
        Assert.Equal(3, (int)patched["properties"]!["properties"]!["scaleSettings"]!["maxNodeCount"]!);
        await TestEmulator.EventuallyAsync(
            async () =>
                (await emulator.PostAsync(TestEmulator.Arm("/computes/gpu/listNodes"), ""))["nodes"]!
                    .AsArray()
                    .Count(node => (string?)node!["nodeState"] == "idle") == 2,
            () => Task.FromResult("two nodes are not idle")
        );

        await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Delete, TestEmulator.Arm("/computes/gpu"));
        await emulator.ExpectAsync(
            HttpStatusCode.Accepted,
            HttpMethod.Delete,
            TestEmulator.Arm("/computes/gpu?underlyingResourceAction=Delete")
        );
        await TestEmulator.EventuallyAsync(
            async () => (await emulator.SendAsync(HttpMethod.Get, TestEmulator.Arm("/computes/gpu"))).Status == HttpStatusCode.NotFound,
            () => Task.FromResult("the compute is still there")
        );
        await emulator.ExpectAsync(
            HttpStatusCode.NoContent,
            HttpMethod.Delete,
            TestEmulator.Arm("/computes/gpu?underlyingResourceAction=Delete")
        );
    }

    [Theory]
    [InlineData("""{"properties":{}}""", "properties.computeType is missing; it must be AmlCompute.")]
    [InlineData(
        """{"properties":{"computeType":"AKS"}}""",
        "properties.computeType is 'AKS'; it must be AmlCompute, the only compute type that is emulated."
    )]
    [InlineData(
        """{"properties":{"computeType":"AmlCompute","properties":{}}}""",
        "properties.properties.vmSize is missing; it must name a VM size."
    )]
    [InlineData(
        """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2","scaleSettings":{}}}}""",
        "scaleSettings.maxNodeCount is missing; it must be the largest number of nodes."
    )]
    [InlineData(
        """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_DS3_v2","scaleSettings":{"maxNodeCount":"""
            + """1,"nodeIdleTimeBeforeScaleDown":"soon"}}}}""",
        "scaleSettings.nodeIdleTimeBeforeScaleDown is 'soon'; it must be an ISO 8601 duration such as PT2H."
    )]
    [InlineData("[]", "The request body must be a JSON object.")]
    public async Task PutCompute_Returns400_WhenTheBodyIsInvalid(string body, string message)
    {
        await using var emulator = await TestEmulator.StartAsync();

        var error = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, TestEmulator.Arm("/computes/gpu"), body);

        Assert.Equal(message, (string?)error["error"]!["message"]);
    }

    [Fact]
    public async Task PutCompute_ListsTheSizes_WhenTheSizeIsUnknown()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var error = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            TestEmulator.Arm("/computes/gpu"),
            """{"properties":{"computeType":"AmlCompute","properties":{"vmSize":"Standard_NC6"}}}"""
        );

        Assert.StartsWith(
            "The specified value Standard_NC6 for property Cluster.Properties.VMSize is not a supported VM size. Supported VM sizes: "
                + "STANDARD_DS2_V2,",
            (string?)error["error"]!["message"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ListComputes_ReturnsPages_WhenThereAreMany()
    {
        await using var emulator = await TestEmulator.StartAsync();
        for (var i = 0; i < 31; i++)
            await emulator.CreateComputeAsync($"cluster-{i:00}");

        var first = await emulator.GetAsync(TestEmulator.Arm("/computes"));
        var second = await emulator.GetAsync((string)first["nextLink"]!);

        Assert.Equal((30, 1), (first["value"]!.AsArray().Count, second["value"]!.AsArray().Count));
        Assert.Null(second["nextLink"]);
    }

    [Fact]
    public async Task PutDatastore_KeepsTheSecret_OutOfResponsesAndFiles()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var created = await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/datastores/data"),
            KeyDatastore
        );
        var read = await emulator.GetAsync(TestEmulator.Arm("/datastores/data"));

        Assert.Equal("""{"secretsType":"AccountKey"}""", created["properties"]!["credentials"]!["secrets"]!.ToJsonString());
        Assert.DoesNotContain("c2VjcmV0", read.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(emulator.Folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"),
            file => File.ReadAllText(file).Contains("c2VjcmV0", StringComparison.Ordinal)
        );
        Assert.Equal("c2VjcmV0LWtleQ==", (string?)(await emulator.PostAsync(TestEmulator.Arm("/datastores/data/listSecrets"), ""))["key"]);
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, TestEmulator.Arm("/datastores/data"), KeyDatastore);
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Delete, TestEmulator.Arm("/datastores/data"));
        await emulator.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, TestEmulator.Arm("/datastores/data"));
    }

    [Fact]
    public async Task ListDatastores_ReturnsTheBuiltInOnes()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var all = await emulator.GetAsync(TestEmulator.Arm("/datastores"));
        var main = await emulator.GetAsync(TestEmulator.Arm("/datastores?isDefault=true"));

        Assert.Equal(
            ["workspaceartifactstore", "workspaceblobstore", "workspacefilestore", "workspaceworkingdirectory"],
            all["value"]!.AsArray().Select(item => (string?)item!["name"])
        );
        Assert.Equal(["workspaceblobstore"], main["value"]!.AsArray().Select(item => (string?)item!["name"]));
        await emulator.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Delete, TestEmulator.Arm("/datastores/workspaceblobstore"));
    }

    [Theory]
    [InlineData("/datastores/-bad", KeyDatastore, "The datastore name is '-bad'; it must match ^[a-zA-Z0-9][a-zA-Z0-9\\-_]{0,254}$.")]
    [InlineData(
        "/datastores/d",
        """{"properties":{"datastoreType":"Hdfs","credentials":{"credentialsType":"None"}}}""",
        "properties.datastoreType is 'Hdfs'; it must be one of AzureBlob, AzureFile, AzureDataLakeGen2."
    )]
    [InlineData(
        "/datastores/d",
        """{"properties":{"datastoreType":"AzureFile","accountName":"a","credentials":{"credentialsType":"None"}}}""",
        "properties.fileShareName is missing; a datastore of type AzureFile must have it."
    )]
    [InlineData(
        "/datastores/d",
        """{"properties":{"datastoreType":"AzureBlob"}}""",
        "properties.credentials.credentialsType is ''; it must be None, AccountKey or Sas or ServicePrincipal."
    )]
    [InlineData(
        "/datastores/d",
        """{"properties":{"datastoreType":"AzureBlob","protocol":"file","endpoint":"data","credentials":{"credentialsType":"None"}}}""",
        "properties.endpoint is 'data'; with protocol 'file' it must be the absolute path of a folder."
    )]
    [InlineData(
        "/environments/e/versions/1",
        """{"properties":{}}""",
        "properties.image is missing; an environment must have image or build."
    )]
    [InlineData(
        "/environments/e/versions/1",
        """{"properties":{"build":{}}}""",
        "properties.build.contextUri is missing; it must be the address of the build context."
    )]
    [InlineData(
        "/environments/e/versions/1",
        """{"properties":{"image":"i","build":{"contextUri":"azureml://datastores/d/paths/x"}}}""",
        "properties.build is given beside properties.image or properties.condaFile; an environment must have one of them."
    )]
    [InlineData(
        "/environments/e/versions/1",
        """{"properties":{"build":{"contextUri":"azureml://datastores/d/paths/x","dockerfilePath":"../Dockerfile"}}}""",
        "properties.build.dockerfilePath is '../Dockerfile'; it must be a path inside the context."
    )]
    [InlineData(
        "/environments/e/versions/1",
        """{"properties":{"image":"i\nRUN x"}}""",
        "properties.image is 'i\nRUN x'; it must be the name of an image, which holds no space."
    )]
    [InlineData(
        "/environments/e/versions/a b",
        """{"properties":{"image":"i"}}""",
        "The environment version is 'a b'; it must match ^[a-zA-Z0-9][a-zA-Z0-9\\-_.]{0,254}$."
    )]
    [InlineData(
        "/data/d/versions/1",
        """{"properties":{"dataUri":"azureml://datastores/d/paths/x"}}""",
        "properties.dataType is missing; it must be uri_file, uri_folder or mltable."
    )]
    [InlineData(
        "/data/d/versions/1",
        """{"properties":{"dataType":"uri_file"}}""",
        "properties.dataUri is missing; it must be the address of the data."
    )]
    [InlineData("/models/-m", """{"properties":{}}""", "The model name is '-m'; it must match ^[a-zA-Z0-9][a-zA-Z0-9\\-_]{0,254}$.")]
    [InlineData("/codes/c/versions/1", """{}""", "properties is missing; it must describe the code.")]
    public async Task Put_Returns400_WhenTheResourceIsInvalid(string path, string body, string message)
    {
        await using var emulator = await TestEmulator.StartAsync();

        var error = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, TestEmulator.Arm(path), body);

        Assert.Equal(message, (string?)error["error"]!["message"]);
    }

    [Fact]
    public async Task PutEnvironmentVersion_KeepsTheImage_WhenItIsPutAgain()
    {
        await using var emulator = await TestEmulator.StartAsync();
        await emulator.CreateEnvironmentAsync();
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/environments/detection/versions/2"),
            """{"properties":{"image":"registry.example/detection:2"}}"""
        );

        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            TestEmulator.Arm("/environments/detection/versions/1"),
            """{"properties":{"image":"registry.example/detection:1","tags":{"a":"b"}}}"""
        );
        var conflict = await emulator.ExpectAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Put,
            TestEmulator.Arm("/environments/detection/versions/1"),
            """{"properties":{"image":"registry.example/detection:9"}}"""
        );
        var container = await emulator.GetAsync(TestEmulator.Arm("/environments/detection"));
        var versions = await emulator.GetAsync(TestEmulator.Arm("/environments/detection/versions?$top=1"));

        Assert.Equal(
            "Environment 'detection' version '1' already exists with another image; a version does not change. Register a new version.",
            (string?)conflict["error"]!["message"]
        );
        Assert.Equal(("2", "3"), ((string?)container["properties"]!["latestVersion"], (string?)container["properties"]!["nextVersion"]));
        Assert.Equal("2", (string?)versions["value"]!.AsArray().Single()!["name"]);
        Assert.Equal(
            "b",
            (string?)(await emulator.GetAsync(TestEmulator.Arm("/environments/detection/versions/1")))["properties"]!["tags"]!["a"]
        );
    }

    [Fact]
    public async Task PutModelVersion_KeepsTheAddress_WhenItIsPutAgain()
    {
        await using var emulator = await TestEmulator.StartAsync();
        const string uri = "azureml://jobs/j/outputs/artifacts/paths/model/";
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/models/potholes/versions/1"),
            $$$$"""{"properties":{"modelUri":"{{{{uri}}}}","modelType":"custom_model","tags":{"good":"yes"}}}"""
        );
        await emulator.ExpectAsync(
            HttpStatusCode.Created,
            HttpMethod.Put,
            TestEmulator.Arm("/models/potholes/versions/2"),
            $$$$"""{"properties":{"modelUri":"{{{{uri}}}}","properties":{"commit":"abc"}}}"""
        );

        var conflict = await emulator.ExpectAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Put,
            TestEmulator.Arm("/models/potholes/versions/2"),
            """{"properties":{"modelUri":"azureml://jobs/other/outputs/model"}}"""
        );

        Assert.Equal(
            "Model 'potholes' version '2' already exists with another modelUri; a version does not change. Register a new version.",
            (string?)conflict["error"]!["message"]
        );
        Assert.Equal(["2", "1"], await VersionsAsync(""));
        Assert.Equal(["1"], await VersionsAsync("?tags=good%3Dyes"));
        Assert.Equal(["2"], await VersionsAsync("?properties=commit"));
        Assert.Equal(["1"], await VersionsAsync("?version=1"));
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Delete, TestEmulator.Arm("/models/potholes/versions/2"));
        await emulator.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, TestEmulator.Arm("/models/potholes/versions/2"));
        Assert.Equal(["1"], await VersionsAsync(""));
        await emulator.ExpectAsync(HttpStatusCode.OK, HttpMethod.Delete, TestEmulator.Arm("/models/potholes"));
        await emulator.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, TestEmulator.Arm("/models/potholes"));
        await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, TestEmulator.Arm("/models/potholes/versions/1"));

        async Task<IEnumerable<string?>> VersionsAsync(string query) =>
            (await emulator.GetAsync(TestEmulator.Arm("/models/potholes/versions" + query)))["value"]!
                .AsArray()
                .Select(item => (string?)item!["name"]);
    }
}
