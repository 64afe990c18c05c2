using System.Text.Json;
using Experiments.Json;
using Experiments.Records;
using Fixtures;
using Workspaces.Computes;
using Workspaces.Connection;
using Workspaces.DataPlane;
using Workspaces.Datastores;
using Workspaces.Jobs;

namespace Workspaces.Tests.Connection;

/// <summary>Generated code writes these records; the options say how every record is written.</summary>
public sealed class StageRecordTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_WritesWhatTheOptionsSay_WhenTheRecordIsADatastore() =>
        AssertWritten(new RegisteredDatastore("demo", "/id", StageChange.Updated, ["accountName: a → b"]));

    [Fact]
    public void Write_WritesWhatTheOptionsSay_WhenTheRecordIsACluster() =>
        AssertWritten(new ComputeTarget("gpu", "/id", "Standard_NC4as_T4_v3", 3, StageChange.Unchanged, []));

    [Fact]
    public void Write_WritesWhatTheOptionsSay_WhenTheRecordIsAJob() =>
        AssertWritten(new SubmittedJob("demo-1", "/id", 2, "demo", StudioUrl: null, StageChange.Created, JobStatus.Queued));

    private void AssertWritten<T>(T record)
        where T : IStageRecord
    {
        var records = new StageRecords(folder.Root, "demo-1");

        records.Write(record);

        Assert.NotNull(T.Forms);
        Assert.Equal(JsonSerializer.Serialize(record, RecordJson.Options) + "\n", File.ReadAllText(records.FileOf<T>()));
        Assert.Equal(JsonSerializer.Serialize(record, RecordJson.Options), JsonSerializer.Serialize(records.Read<T>(), RecordJson.Options));
    }
}
