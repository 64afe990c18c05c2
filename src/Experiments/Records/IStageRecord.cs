using System.Text.Json.Serialization;

namespace Experiments.Records;

/// <summary>The record that one stage of the chain leaves for later ones. It names its own file.</summary>
public interface IStageRecord
{
    /// <summary>Name of the file, without <c>.json</c>.</summary>
    static abstract string Stage { get; }

    /// <summary>The target that writes the record, for the message when it is missing.</summary>
    static abstract string Target { get; }

    /// <summary>Generated code that reads and writes the record; null finds its form by reflection, which takes longer.</summary>
    static virtual JsonSerializerContext? Forms => null;
}
