using System.Collections.Concurrent;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Azurite;

/// <summary>Holds the accounts of the workspaces whose storage is in Azurite.</summary>
/// <param name="settings">Where Azurite is.</param>
/// <param name="secrets">Derives the keys of accounts.</param>
/// <param name="state">The state folder.</param>
internal sealed class AzuriteAccounts(AzuriteSettings settings, SecretBox secrets, StateFolder state) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, AzuriteAccount> accounts = new(StringComparer.Ordinal);

    /// <summary>Gets whether Azurite is installed, so that new workspaces have their storage in it.</summary>
    public bool IsAvailable => settings.Package is not null;

    /// <summary>Returns the account of a workspace. Nothing is started.</summary>
    public AzuriteAccount Of(WorkspaceName workspace) =>
        accounts.GetOrAdd(workspace.Key, _ => new(settings, workspace, secrets.DeriveAccountKey(StorageAccountNames.Of(workspace)), state));

    public async ValueTask DisposeAsync() => await Task.WhenAll(accounts.Values.Select(account => account.DisposeAsync().AsTask()));
}
