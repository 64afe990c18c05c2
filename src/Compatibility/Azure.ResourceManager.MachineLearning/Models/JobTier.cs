using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The tier in which a job is queued.</summary>
public readonly partial struct JobTier(string value) : IEquatable<JobTier>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static JobTier Null { get; } = new("Null");

    public static JobTier Spot { get; } = new("Spot");

    public static JobTier Basic { get; } = new("Basic");

    public static JobTier Standard { get; } = new("Standard");

    public static JobTier Premium { get; } = new("Premium");

    public static implicit operator JobTier(string value) => new(value);

    public static bool operator ==(JobTier left, JobTier right) => left.Equals(right);

    public static bool operator !=(JobTier left, JobTier right) => !left.Equals(right);

    public bool Equals(JobTier other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is JobTier other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Reads and writes the tier, which is the only queue setting.</summary>
internal static class QueueSettings
{
    public static void WriteQueueSettings(this Utf8JsonWriter writer, JobTier? tier)
    {
        if (tier is null)
            return;

        writer.WriteStartObject("queueSettings");
        writer.WriteString("jobTier", tier.ToString());
        writer.WriteEndObject();
    }

    public static JobTier? QueueJobTier(this JsonElement json) =>
        json.Member("queueSettings").Value("jobTier", static text => new JobTier(text));
}
