namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Status of a job. Completed, Failed and Canceled are final.</summary>
public readonly partial struct MachineLearningJobStatus(string value) : IEquatable<MachineLearningJobStatus>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningJobStatus Canceled { get; } = new("Canceled");

    public static MachineLearningJobStatus CancelRequested { get; } = new("CancelRequested");

    public static MachineLearningJobStatus Completed { get; } = new("Completed");

    public static MachineLearningJobStatus Failed { get; } = new("Failed");

    public static MachineLearningJobStatus Finalizing { get; } = new("Finalizing");

    public static MachineLearningJobStatus NotResponding { get; } = new("NotResponding");

    public static MachineLearningJobStatus NotStarted { get; } = new("NotStarted");

    public static MachineLearningJobStatus Paused { get; } = new("Paused");

    public static MachineLearningJobStatus Preparing { get; } = new("Preparing");

    public static MachineLearningJobStatus Provisioning { get; } = new("Provisioning");

    public static MachineLearningJobStatus Queued { get; } = new("Queued");

    public static MachineLearningJobStatus Running { get; } = new("Running");

    public static MachineLearningJobStatus Starting { get; } = new("Starting");

    public static MachineLearningJobStatus Unknown { get; } = new("Unknown");

    public static implicit operator MachineLearningJobStatus(string value) => new(value);

    public static bool operator ==(MachineLearningJobStatus left, MachineLearningJobStatus right) => left.Equals(right);

    public static bool operator !=(MachineLearningJobStatus left, MachineLearningJobStatus right) => !left.Equals(right);

    public bool Equals(MachineLearningJobStatus other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningJobStatus other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Names how an input of a job reaches its node.</summary>
public readonly partial struct MachineLearningInputDeliveryMode(string value) : IEquatable<MachineLearningInputDeliveryMode>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningInputDeliveryMode Direct { get; } = new("Direct");

    public static MachineLearningInputDeliveryMode Download { get; } = new("Download");

    public static MachineLearningInputDeliveryMode EvalDownload { get; } = new("EvalDownload");

    public static MachineLearningInputDeliveryMode EvalMount { get; } = new("EvalMount");

    public static MachineLearningInputDeliveryMode ReadOnlyMount { get; } = new("ReadOnlyMount");

    public static MachineLearningInputDeliveryMode ReadWriteMount { get; } = new("ReadWriteMount");

    public static implicit operator MachineLearningInputDeliveryMode(string value) => new(value);

    public static bool operator ==(MachineLearningInputDeliveryMode left, MachineLearningInputDeliveryMode right) => left.Equals(right);

    public static bool operator !=(MachineLearningInputDeliveryMode left, MachineLearningInputDeliveryMode right) => !left.Equals(right);

    public bool Equals(MachineLearningInputDeliveryMode other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningInputDeliveryMode other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Names how an output of a job leaves its node.</summary>
public readonly partial struct MachineLearningOutputDeliveryMode(string value) : IEquatable<MachineLearningOutputDeliveryMode>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningOutputDeliveryMode Direct { get; } = new("Direct");

    public static MachineLearningOutputDeliveryMode ReadWriteMount { get; } = new("ReadWriteMount");

    public static MachineLearningOutputDeliveryMode Upload { get; } = new("Upload");

    public static implicit operator MachineLearningOutputDeliveryMode(string value) => new(value);

    public static bool operator ==(MachineLearningOutputDeliveryMode left, MachineLearningOutputDeliveryMode right) => left.Equals(right);

    public static bool operator !=(MachineLearningOutputDeliveryMode left, MachineLearningOutputDeliveryMode right) => !left.Equals(right);

    public bool Equals(MachineLearningOutputDeliveryMode other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningOutputDeliveryMode other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Which assets a list holds with regard to archiving.</summary>
public readonly partial struct MachineLearningListViewType(string value) : IEquatable<MachineLearningListViewType>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningListViewType ActiveOnly { get; } = new("ActiveOnly");

    public static MachineLearningListViewType All { get; } = new("All");

    public static MachineLearningListViewType ArchivedOnly { get; } = new("ArchivedOnly");

    public static implicit operator MachineLearningListViewType(string value) => new(value);

    public static bool operator ==(MachineLearningListViewType left, MachineLearningListViewType right) => left.Equals(right);

    public static bool operator !=(MachineLearningListViewType left, MachineLearningListViewType right) => !left.Equals(right);

    public bool Equals(MachineLearningListViewType other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningListViewType other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}
