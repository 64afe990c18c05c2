using System.Text.Json.Nodes;
using WorkspaceEmulator.Wire.Patterns;

namespace WorkspaceEmulator.Faults;

/// <summary>Represents one rule of a fault script: what it matches, how often it strikes, and what it does.</summary>
/// <param name="Method">HTTP method in upper case; null for any.</param>
/// <param name="Path">Requests it matches; null for a rule about jobs.</param>
/// <param name="Job">Jobs it matches, by name; null for a rule about requests.</param>
/// <param name="Skip">Matches that pass before the first is struck.</param>
/// <param name="Count">Matches that are struck; null for all.</param>
/// <param name="Delay">Time a request waits before anything else happens to it.</param>
/// <param name="Effect">What it does; null for a rule that only delays.</param>
/// <param name="Source">The rule as it was written.</param>
internal sealed record FaultRule(
    string? Method,
    WildcardPattern? Path,
    WildcardPattern? Job,
    int Skip,
    int? Count,
    TimeSpan Delay,
    FaultEffect? Effect,
    JsonObject Source
)
{
    /// <summary>Gets whether <see cref="Skip"/> and <see cref="Count"/> hold for each job by itself.</summary>
    public bool IsPerJob { get; init; }

    /// <summary>Returns whether the rule matches a request, however often it has struck.</summary>
    public bool Matches(HttpRequest request)
    {
        if (Path is null || !Path.IsMatch(request.Path.Value ?? "") || (Method is not null && Method != request.Method))
            return false;
        return Effect switch
        {
            ExpiredToken => FaultMiddleware.HasBearer(request) || FaultMiddleware.IsSigned(request),
            FailedProvisioning => HttpMethods.IsPut(request.Method) && ComputePaths.IsMatch(request.Path.Value!),
            _ => true,
        };
    }

    private static readonly WildcardPattern ComputePaths = WildcardPattern.OfPath("**/workspaces/*/computes/*");
}
