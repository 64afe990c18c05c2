namespace Studio.Runs;

/// <summary>Describes a store.</summary>
/// <param name="Kind"><c>workspace</c> or <c>folder</c>.</param>
/// <param name="Name">Name of the workspace, or of the folder without those above it.</param>
/// <param name="CanCancel">Whether jobs can be canceled.</param>
/// <param name="CanResubmit">Whether jobs can be submitted again.</param>
/// <param name="HasClusters">Whether the clusters are known.</param>
public sealed record StoreFacts(string Kind, string Name, bool CanCancel, bool CanResubmit, bool HasClusters);
