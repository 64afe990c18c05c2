using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>A text given to a job; numbers, too, are texts on the wire.</summary>
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
