namespace Reports.Records;

/// <summary>The importance of a parameter of a sweep.</summary>
/// <param name="Parameter">Its key path, such as <c>RUN_PARAMS.LEARNING_RATE</c>.</param>
/// <param name="Share">Share of the metric's variance, in ranks, that it explains alone; from 0 to 1.</param>
public sealed record ReportParameter(string Parameter, double Share);
