namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>The end of a job that sends a message.</summary>
public readonly partial struct EmailNotificationEnableType(string value) : IEquatable<EmailNotificationEnableType>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static EmailNotificationEnableType JobCompleted { get; } = new("JobCompleted");

    public static EmailNotificationEnableType JobFailed { get; } = new("JobFailed");

    public static EmailNotificationEnableType JobCancelled { get; } = new("JobCancelled");

    public static implicit operator EmailNotificationEnableType(string value) => new(value);

    public static bool operator ==(EmailNotificationEnableType left, EmailNotificationEnableType right) => left.Equals(right);

    public static bool operator !=(EmailNotificationEnableType left, EmailNotificationEnableType right) => !left.Equals(right);

    public bool Equals(EmailNotificationEnableType other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is EmailNotificationEnableType other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}
