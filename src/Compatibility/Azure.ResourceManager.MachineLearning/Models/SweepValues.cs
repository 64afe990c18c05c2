namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Names whether more of a metric is better.</summary>
public readonly partial struct MachineLearningGoal(string value) : IEquatable<MachineLearningGoal>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static MachineLearningGoal Maximize { get; } = new("Maximize");

    public static MachineLearningGoal Minimize { get; } = new("Minimize");

    public static implicit operator MachineLearningGoal(string value) => new(value);

    public static bool operator ==(MachineLearningGoal left, MachineLearningGoal right) => left.Equals(right);

    public static bool operator !=(MachineLearningGoal left, MachineLearningGoal right) => !left.Equals(right);

    public bool Equals(MachineLearningGoal other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is MachineLearningGoal other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}

/// <summary>The sequence of random sampling.</summary>
public readonly partial struct RandomSamplingAlgorithmRule(string value) : IEquatable<RandomSamplingAlgorithmRule>
{
    private readonly string value = value ?? throw new ArgumentNullException(nameof(value));

    public static RandomSamplingAlgorithmRule Random { get; } = new("Random");

    public static RandomSamplingAlgorithmRule Sobol { get; } = new("Sobol");

    public static implicit operator RandomSamplingAlgorithmRule(string value) => new(value);

    public static bool operator ==(RandomSamplingAlgorithmRule left, RandomSamplingAlgorithmRule right) => left.Equals(right);

    public static bool operator !=(RandomSamplingAlgorithmRule left, RandomSamplingAlgorithmRule right) => !left.Equals(right);

    public bool Equals(RandomSamplingAlgorithmRule other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => obj is RandomSamplingAlgorithmRule other && Equals(other);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(value ?? string.Empty);

    public override string ToString() => value;
}
