using WorkspaceEmulator.Access;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Runs;

/// <summary>
/// Creates addresses under which an artifact can be read without a token for an hour, like signed addresses of a storage account.
/// </summary>
internal sealed class SignedLogs(AccessTokens tokens, EmulatorAddress address, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Returns the addresses of a run's logs by name.</summary>
    public IReadOnlyDictionary<string, string> AddressesOf(Run run) =>
        run
            .Artifacts.List()
            .Where(path =>
                path is RunArtifacts.SweepLog or RunArtifacts.BuildLog
                || path.StartsWith("user_logs/", StringComparison.Ordinal)
                || path.StartsWith("system_logs/", StringComparison.Ordinal)
            )
            .ToDictionary(path => path, path => AddressOf(run, path), StringComparer.Ordinal);

    public string AddressOf(Run run, string artifact)
    {
        var path = PathOf(run, artifact);
        var expires = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
        return new Uri(address.Endpoint, $"{Escape(path)}?sp=r&sr=b&se={expires}&sig={tokens.Sign(path, expires)}").AbsoluteUri;
    }

    public bool Allows(string path, HttpRequest request) =>
        long.TryParse(request.Query["se"], out var expires)
        && time.GetUtcNow().ToUnixTimeSeconds() <= expires
        && tokens.IsSigned(path, expires, request.Query["sig"].ToString());

    public static string PathOf(Run run, string artifact) => $"/azureml/{run.Workspace.Id:N}/ExperimentRun/{run.DataContainer}/{artifact}";

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
