namespace Fixtures.CodeHosts;

/// <summary>A status that a server keeps.</summary>
/// <param name="Target">The commit on GitHub; the iteration on Azure DevOps, empty for the whole pull request.</param>
/// <param name="State">The host's word.</param>
/// <param name="Name">Its full name.</param>
/// <param name="Description">Its description.</param>
/// <param name="Page">Its page.</param>
public sealed record HostedStatus(string Target, string State, string Name, string Description, string? Page);
