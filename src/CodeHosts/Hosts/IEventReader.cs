using CodeHosts.Gate;

namespace CodeHosts.Hosts;

/// <summary>Reads the event, from the variables and files of the platform and from the host.</summary>
public interface IEventReader
{
    /// <summary>Reads the facts that the gate decides from.</summary>
    /// <param name="cancellationToken">Cancels the requests.</param>
    Task<LaunchRequest> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The number of the pull request that the event is about; null when it is about none.</summary>
    int? PullRequestNumber { get; }

    /// <summary>The head of the pull request as the event says it; null when it does not.</summary>
    string? EventHead { get; }
}
