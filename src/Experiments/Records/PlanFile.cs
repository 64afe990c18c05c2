using Experiments.Plans;

namespace Experiments.Records;

/// <summary>
/// The file of a plan, <c>artifacts/{plan name}/plan.json</c>, and the pointer to the last plan, <c>artifacts/plan.json</c>.
/// </summary>
public static class PlanFile
{
    private const string FileName = "plan.json";

    private const string Remedy = "Run: dotnet cake --target=Plan";

    /// <summary>Returns the file of a plan.</summary>
    public static string Of(string artifactsFolder, string planName) => Path.Combine(artifactsFolder, planName, FileName);

    /// <summary>Returns the file that names the last plan.</summary>
    public static string Last(string artifactsFolder) => Path.Combine(artifactsFolder, FileName);

    /// <summary>Writes a plan, and makes it the last one.</summary>
    public static void Write(string artifactsFolder, ExperimentPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RecordFile.Write(Of(artifactsFolder, plan.Name), plan, PlanJson.Default);
        RecordFile.Write(Last(artifactsFolder), new PlanPointer(plan.Name), PlanJson.Default);
    }

    /// <summary>Reads a plan from its file, or from the file that names the last plan.</summary>
    /// <exception cref="RecordException">The file is missing, or it holds no plan.</exception>
    public static ExperimentPlan Read(string path)
    {
        var pointer = RecordFile.Read<PlanPointer>(path, Remedy, PlanJson.Default);
        return RecordFile.Read<ExperimentPlan>(
            pointer.Plan is null ? path : Of(Path.GetDirectoryName(Path.GetFullPath(path))!, pointer.Plan),
            Remedy,
            PlanJson.Default
        );
    }

    /// <summary>Returns the name of the last plan.</summary>
    /// <exception cref="RecordException">No plan was made.</exception>
    public static string ReadLastName(string artifactsFolder) =>
        RecordFile.Read<PlanPointer>(Last(artifactsFolder), Remedy).Plan
        ?? throw new RecordException($"{Last(artifactsFolder)} names no plan; it must name the last one. {Remedy}");
}
