using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Gives a text to a job. The service takes numbers as texts too.</summary>
public partial class MachineLearningLiteralJobInput : MachineLearningJobInput
{
    /// <param name="value">Holds at least one letter, digit or <c>_</c>.</param>
    public MachineLearningLiteralJobInput(string value)
        : base("literal")
    {
        ArgumentNullException.ThrowIfNull(value);
        Value = value;
    }

    public string Value { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteString("value", Value);
}
