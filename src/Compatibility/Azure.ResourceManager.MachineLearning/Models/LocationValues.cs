namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Currency of a price, three letters.</summary>
public readonly partial struct MachineLearningBillingCurrency(string value) : IEquatable<MachineLearningBillingCurrency>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningBillingCurrency Usd { get; } = new("USD");

    public static implicit operator MachineLearningBillingCurrency(string value) => new(value);

    public static bool operator ==(MachineLearningBillingCurrency left, MachineLearningBillingCurrency right) => left.Equals(right);

    public static bool operator !=(MachineLearningBillingCurrency left, MachineLearningBillingCurrency right) => !left.Equals(right);

    public bool Equals(MachineLearningBillingCurrency other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningBillingCurrency other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Time a price is for.</summary>
public readonly partial struct MachineLearningUnitOfMeasure(string value) : IEquatable<MachineLearningUnitOfMeasure>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningUnitOfMeasure OneHour { get; } = new("OneHour");

    public static implicit operator MachineLearningUnitOfMeasure(string value) => new(value);

    public static bool operator ==(MachineLearningUnitOfMeasure left, MachineLearningUnitOfMeasure right) => left.Equals(right);

    public static bool operator !=(MachineLearningUnitOfMeasure left, MachineLearningUnitOfMeasure right) => !left.Equals(right);

    public bool Equals(MachineLearningUnitOfMeasure other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningUnitOfMeasure other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Operating system a price is for.</summary>
public readonly partial struct MachineLearningVmPriceOSType(string value) : IEquatable<MachineLearningVmPriceOSType>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningVmPriceOSType Linux { get; } = new("Linux");

    public static MachineLearningVmPriceOSType Windows { get; } = new("Windows");

    public static implicit operator MachineLearningVmPriceOSType(string value) => new(value);

    public static bool operator ==(MachineLearningVmPriceOSType left, MachineLearningVmPriceOSType right) => left.Equals(right);

    public static bool operator !=(MachineLearningVmPriceOSType left, MachineLearningVmPriceOSType right) => !left.Equals(right);

    public bool Equals(MachineLearningVmPriceOSType other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningVmPriceOSType other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Kind of node a price is for: kept, or one that may be taken away.</summary>
public readonly partial struct MachineLearningVmTier(string value) : IEquatable<MachineLearningVmTier>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningVmTier Standard { get; } = new("Standard");

    public static MachineLearningVmTier LowPriority { get; } = new("LowPriority");

    public static MachineLearningVmTier Spot { get; } = new("Spot");

    public static implicit operator MachineLearningVmTier(string value) => new(value);

    public static bool operator ==(MachineLearningVmTier left, MachineLearningVmTier right) => left.Equals(right);

    public static bool operator !=(MachineLearningVmTier left, MachineLearningVmTier right) => !left.Equals(right);

    public bool Equals(MachineLearningVmTier other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningVmTier other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>Names the unit of a usage.</summary>
public readonly partial struct MachineLearningUsageUnit(string value) : IEquatable<MachineLearningUsageUnit>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningUsageUnit Count { get; } = new("Count");

    public static implicit operator MachineLearningUsageUnit(string value) => new(value);

    public static bool operator ==(MachineLearningUsageUnit left, MachineLearningUsageUnit right) => left.Equals(right);

    public static bool operator !=(MachineLearningUsageUnit left, MachineLearningUsageUnit right) => !left.Equals(right);

    public bool Equals(MachineLearningUsageUnit other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningUsageUnit other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}
