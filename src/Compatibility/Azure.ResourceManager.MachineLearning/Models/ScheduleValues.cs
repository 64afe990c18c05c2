namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Which schedules a list holds.</summary>
public readonly partial struct MachineLearningScheduleListViewType(string value) : IEquatable<MachineLearningScheduleListViewType>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningScheduleListViewType All { get; } = new("All");

    public static MachineLearningScheduleListViewType DisabledOnly { get; } = new("DisabledOnly");

    public static MachineLearningScheduleListViewType EnabledOnly { get; } = new("EnabledOnly");

    public static implicit operator MachineLearningScheduleListViewType(string value) => new(value);

    public static bool operator ==(MachineLearningScheduleListViewType left, MachineLearningScheduleListViewType right) =>
        left.Equals(right);

    public static bool operator !=(MachineLearningScheduleListViewType left, MachineLearningScheduleListViewType right) =>
        !left.Equals(right);

    public bool Equals(MachineLearningScheduleListViewType other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningScheduleListViewType other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Whether the service has provisioned a schedule.</summary>
public readonly partial struct MachineLearningScheduleProvisioningStatus(string value)
    : IEquatable<MachineLearningScheduleProvisioningStatus>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningScheduleProvisioningStatus Canceled { get; } = new("Canceled");

    public static MachineLearningScheduleProvisioningStatus Creating { get; } = new("Creating");

    public static MachineLearningScheduleProvisioningStatus Deleting { get; } = new("Deleting");

    public static MachineLearningScheduleProvisioningStatus Failed { get; } = new("Failed");

    public static MachineLearningScheduleProvisioningStatus Succeeded { get; } = new("Succeeded");

    public static MachineLearningScheduleProvisioningStatus Updating { get; } = new("Updating");

    public static implicit operator MachineLearningScheduleProvisioningStatus(string value) => new(value);

    public static bool operator ==(MachineLearningScheduleProvisioningStatus left, MachineLearningScheduleProvisioningStatus right) =>
        left.Equals(right);

    public static bool operator !=(MachineLearningScheduleProvisioningStatus left, MachineLearningScheduleProvisioningStatus right) =>
        !left.Equals(right);

    public bool Equals(MachineLearningScheduleProvisioningStatus other) =>
        string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningScheduleProvisioningStatus other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>The unit of a recurrence.</summary>
public readonly partial struct MachineLearningRecurrenceFrequency(string value) : IEquatable<MachineLearningRecurrenceFrequency>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningRecurrenceFrequency Day { get; } = new("Day");

    public static MachineLearningRecurrenceFrequency Hour { get; } = new("Hour");

    public static MachineLearningRecurrenceFrequency Minute { get; } = new("Minute");

    public static MachineLearningRecurrenceFrequency Month { get; } = new("Month");

    public static MachineLearningRecurrenceFrequency Week { get; } = new("Week");

    public static implicit operator MachineLearningRecurrenceFrequency(string value) => new(value);

    public static bool operator ==(MachineLearningRecurrenceFrequency left, MachineLearningRecurrenceFrequency right) => left.Equals(right);

    public static bool operator !=(MachineLearningRecurrenceFrequency left, MachineLearningRecurrenceFrequency right) =>
        !left.Equals(right);

    public bool Equals(MachineLearningRecurrenceFrequency other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningRecurrenceFrequency other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>A day of the week.</summary>
public readonly partial struct MachineLearningDayOfWeek(string value) : IEquatable<MachineLearningDayOfWeek>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningDayOfWeek Friday { get; } = new("Friday");

    public static MachineLearningDayOfWeek Monday { get; } = new("Monday");

    public static MachineLearningDayOfWeek Saturday { get; } = new("Saturday");

    public static MachineLearningDayOfWeek Sunday { get; } = new("Sunday");

    public static MachineLearningDayOfWeek Thursday { get; } = new("Thursday");

    public static MachineLearningDayOfWeek Tuesday { get; } = new("Tuesday");

    public static MachineLearningDayOfWeek Wednesday { get; } = new("Wednesday");

    public static implicit operator MachineLearningDayOfWeek(string value) => new(value);

    public static bool operator ==(MachineLearningDayOfWeek left, MachineLearningDayOfWeek right) => left.Equals(right);

    public static bool operator !=(MachineLearningDayOfWeek left, MachineLearningDayOfWeek right) => !left.Equals(right);

    public bool Equals(MachineLearningDayOfWeek other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningDayOfWeek other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}
