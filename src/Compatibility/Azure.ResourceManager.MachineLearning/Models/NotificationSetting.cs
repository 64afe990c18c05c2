using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Names who is told when a job ends.</summary>
public partial class NotificationSetting : IJsonWritable
{
    /// <summary>Gets or sets the ends of a job that send a message.</summary>
    [AllowNull]
    public IList<EmailNotificationEnableType> EmailOn { get; set; } = new UnsetList<EmailNotificationEnableType>();

    /// <summary>Gets or sets the addresses; 499 characters in all, commas included.</summary>
    [AllowNull]
    public IList<string> Emails { get; set; } = new UnsetList<string>();

    /// <summary>Gets or sets the services to call, each under a name of the caller's choice.</summary>
    [AllowNull]
    public IDictionary<string, MachineLearningWebhook> Webhooks { get; set; } = new UnsetDictionary<MachineLearningWebhook>();

    void IJsonWritable.WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteList("emailOn", EmailOn, static kind => kind.ToString());
        writer.WriteList("emails", Emails, static address => address);
        writer.WriteOptional("webhooks", Webhooks);
    }

    internal static NotificationSetting Read(JsonElement json) =>
        new()
        {
            EmailOn = json.Items("emailOn", static item => new EmailNotificationEnableType(item.GetString()!)),
            Emails = json.Items("emails", static item => item.GetString()!),
            Webhooks = json.Map("webhooks", MachineLearningWebhook.Read),
        };
}
