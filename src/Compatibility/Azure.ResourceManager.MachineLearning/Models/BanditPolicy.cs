using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Ends trials that are further from the best one than a slack.</summary>
public partial class BanditPolicy : MachineLearningEarlyTerminationPolicy
{
    public BanditPolicy()
        : base("Bandit") { }

    /// <summary>Permitted distance from the best trial.</summary>
    public float? SlackAmount { get; set; }

    /// <summary>Permitted distance from the best trial, as a ratio.</summary>
    public float? SlackFactor { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer)
    {
        if (SlackAmount is { } amount)
            writer.WriteNumber("slackAmount", amount);
        if (SlackFactor is { } factor)
            writer.WriteNumber("slackFactor", factor);
    }
}
