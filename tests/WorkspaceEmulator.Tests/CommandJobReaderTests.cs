using System.Text.Json.Nodes;
using WorkspaceEmulator.Jobs;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Tests;

public class CommandJobReaderTests
{
    private const string Valid = """
        {
            "jobType": "Command",
            "command": "train ${{inputs.data}} ${{inputs.rate}} ${{outputs.model}}",
            "computeId": "/subscriptions/sub/resourceGroups/group/providers/Microsoft.MachineLearningServices/workspaces/work/computes/gpu",
            "environmentId": "azureml:environments/detection/versions/3",
            "environmentVariables": { "MODE": "fast" },
            "resources": { "instanceCount": 2, "shmSize": "8g" },
            "limits": { "timeout": "PT2H" },
            "inputs": {
                "data": { "jobInputType": "uri_folder", "uri": "azureml://datastores/images/paths/potholes/", "mode": "ReadOnlyMount" },
                "page": { "jobInputType": "uri_file", "uri": "https://example.com/page", "mode": "Direct" },
                "rate": { "jobInputType": "literal", "value": "0.1" }
            },
            "outputs": {
                "model": { "jobOutputType": "uri_folder" },
                "list": { "jobOutputType": "uri_file", "uri": "azureml://datastores/images/paths/list.txt" }
            }
        }
        """;

    [Fact]
    public void Read_ReturnsEveryMember_WhenTheJobIsValid()
    {
        var (job, fault) = CommandJobReader.Read(Parse(Valid), new References(maxNodes: 2));

        Assert.Null(fault);
        Assert.Equal("train ${{inputs.data}} ${{inputs.rate}} ${{outputs.model}}", job!.Command);
        Assert.Equal(("gpu", "detection/3"), (job.ComputeName, job.Environment));
        Assert.Equal((2, 8L << 30, TimeSpan.FromHours(2)), (job.InstanceCount, job.SharedMemory, job.Timeout));
        Assert.Equal("fast", job.EnvironmentVariables["MODE"]);
        Assert.Equal(
            new(JobInputKind.Mount, "azureml://datastores/images/paths/potholes/", new("images", "potholes/"), IsWritable: false),
            job.Inputs["data"]
        );
        Assert.Equal(new(JobInputKind.Address, "https://example.com/page", null, IsWritable: false), job.Inputs["page"]);
        Assert.Equal(new(JobInputKind.Literal, "0.1", null, IsWritable: false), job.Inputs["rate"]);
        Assert.Equal(new(null, IsFile: false), job.Outputs["model"]);
        Assert.Equal(new(new("images", "list.txt"), IsFile: true), job.Outputs["list"]);
    }

    [Fact]
    public void Read_ReportsTheFirstFault_WhenThereAreSeveral()
    {
        var properties = Parse(Valid);
        properties.Remove("command");
        properties["limits"] = new JsonObject { ["timeout"] = "soon" };

        var (job, fault) = CommandJobReader.Read(properties, new References(maxNodes: 1));

        Assert.Null(job);
        Assert.Equal("properties.command is missing; a command job must have it.", fault);
    }

    [Fact]
    public void Read_ReportsTheInstanceCount_WhenTheComputeHasFewerNodes()
    {
        var (_, fault) = CommandJobReader.Read(Parse(Valid), new References(maxNodes: 1));

        Assert.Equal("properties.resources.instanceCount is 2; it must be from 1 to 1, the most nodes of compute 'gpu'.", fault);
    }

    [Fact]
    public void ReadStored_ReturnsTheJob_WhenItsResourcesWereDeleted() =>
        Assert.Equal("gpu", CommandJobReader.ReadStored(Parse(Valid)).ComputeName);

    [Fact]
    public void ReadStored_Throws_WhenTheDefinitionIsDamaged()
    {
        var definition = Parse(Valid);
        definition.Remove("computeId");

        var error = Assert.Throws<FormatException>(() => CommandJobReader.ReadStored(definition));

        Assert.StartsWith("properties.computeId is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deadline_CountsFromTheFirstStart()
    {
        var job = CommandJobReader.ReadStored(Parse(Valid));
        var start = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

        Assert.Equal(start.AddHours(2), job.Deadline(start));
        Assert.Null(job.Deadline(null));
        Assert.Null((job with { Timeout = null }).Deadline(start));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private sealed class References(int maxNodes) : IJobReferences
    {
        public WorkspaceName Name { get; } = new("sub", "group", "work");

        public int? MaxNodesOf(string compute) => compute == "gpu" ? maxNodes : null;

        public bool HasEnvironmentVersion(string key) => key == "detection/3";

        public bool HasDatastore(string name) => name == "images";
    }
}
