using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Azure.Core;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Holds the properties of every kind of job. A kind that this subset does not know has only these.</summary>
public partial class MachineLearningJobProperties : MachineLearningResourceBase
{
    private static readonly string[] Written =
    [
        "jobType",
        "displayName",
        "experimentName",
        "componentId",
        "computeId",
        "identity",
        "isArchived",
        "notificationSetting",
        "services",
        "status",
        "description",
        "properties",
        "tags",
    ];

    private JsonElement unknown;

    public MachineLearningJobProperties()
        : this("Unknown") { }

    private protected MachineLearningJobProperties(string jobType) => JobType = jobType;

    public ResourceIdentifier? ComponentId { get; set; }

    public ResourceIdentifier? ComputeId { get; set; }

    public string? DisplayName { get; set; }

    /// <summary>Gets or sets the group of the job; by default <c>Default</c>.</summary>
    public string? ExperimentName { get; set; }

    /// <summary>Gets or sets the identity with which the job reaches data; by default <see cref="AmlToken"/>.</summary>
    public MachineLearningIdentityConfiguration? Identity { get; set; }

    public bool? IsArchived { get; set; }

    /// <summary>Gets or sets who is told when the job ends; by default nobody.</summary>
    public NotificationSetting? NotificationSetting { get; set; }

    /// <summary>
    /// Gets or sets the addresses of the job's services. Azure adds <c>Studio</c>, the job's page, and <c>Tracking</c>, its MLflow server.
    /// </summary>
    [AllowNull]
    public IDictionary<string, MachineLearningJobService> Services { get; set; } = new UnsetDictionary<MachineLearningJobService>();

    public MachineLearningJobStatus? Status { get; private set; }

    internal string JobType { get; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("jobType", JobType);
        writer.WriteOptional("displayName", DisplayName);
        writer.WriteOptional("experimentName", ExperimentName);
        writer.WriteOptional("componentId", ComponentId?.ToString());
        writer.WriteOptional("computeId", ComputeId?.ToString());
        writer.WriteOptional("identity", Identity);
        writer.WriteOptional("isArchived", IsArchived);
        writer.WriteOptional("notificationSetting", NotificationSetting);
        writer.WriteOptional("services", Services);
        WriteKindMembers(writer);
    }

    internal virtual void WriteKindMembers(Utf8JsonWriter writer) => writer.WriteOthers(unknown, Written);

    internal static MachineLearningJobProperties Read(JsonElement json)
    {
        var job = json.Text("jobType") switch
        {
            "Command" => MachineLearningCommandJob.ReadCommand(json),
            "Sweep" => MachineLearningSweepJob.ReadSweep(json),
            var type => new MachineLearningJobProperties(type ?? "Unknown") { unknown = json.Clone() },
        };
        job.ComponentId = json.ResourceId("componentId");
        job.ComputeId = json.ResourceId("computeId");
        job.DisplayName = json.Text("displayName");
        job.ExperimentName = json.Text("experimentName");
        job.Identity = json.Model("identity", MachineLearningIdentityConfiguration.Read);
        job.IsArchived = json.Boolean("isArchived");
        job.NotificationSetting = json.Model("notificationSetting", NotificationSetting.Read);
        job.Services = json.Map("services", MachineLearningJobService.Read);
        job.Status = json.Value("status", static text => new MachineLearningJobStatus(text));
        job.ReadBaseMembers(json);
        return job;
    }
}
