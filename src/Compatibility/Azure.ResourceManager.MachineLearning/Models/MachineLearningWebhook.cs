using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A service that is called when a job ends.</summary>
public abstract partial class MachineLearningWebhook : IJsonWritable
{
    private protected MachineLearningWebhook(string webhookType) => WebhookType = webhookType;

    /// <summary>Gets or sets the event that the service is called for.</summary>
    public string? EventType { get; set; }

    internal string WebhookType { get; }

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("eventType", EventType);
        writer.WriteString("webhookType", WebhookType);
        WriteOwnMembers(writer);
    }

    internal virtual void WriteOwnMembers(Utf8JsonWriter writer) { }

    internal static MachineLearningWebhook Read(JsonElement json)
    {
        MachineLearningWebhook webhook = json.Text("webhookType") switch
        {
            "AzureDevOps" => new AzureDevOpsWebhook(),
            var type => new UnknownWebhook(type ?? "Unknown", json),
        };
        webhook.EventType = json.Text("eventType");
        return webhook;
    }
}

/// <summary>A webhook of a kind that this subset does not know: it keeps the members that it was read with.</summary>
internal sealed class UnknownWebhook(string webhookType, JsonElement json) : MachineLearningWebhook(webhookType)
{
    private readonly JsonElement json = json.Clone();

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteOthers(json, "eventType", "webhookType");
}
