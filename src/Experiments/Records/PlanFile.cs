using Experiments.Plans;

namespace Experiments.Records;

/// <summary>The plan of an experiment as a file.</summary>
public static class PlanFile
{
    private const string Remedy = "Run: dotnet cake --target=Plan";

    /// <inheritdoc cref="RecordFile.Write{T}"/>
    public static void Write(string path, ExperimentPlan plan) => RecordFile.Write(path, plan);

    /// <summary>Reads a plan.</summary>
    /// <exception cref="RecordException">There is no such file, or it does not hold a plan.</exception>
    public static ExperimentPlan Read(string path) => RecordFile.Read<ExperimentPlan>(path, Remedy);
}
