using System.Collections.Concurrent;
using System.Security.Cryptography;
using WorkspaceEmulator.Access;
using WorkspaceEmulator.State;
using WorkspaceEmulator.Wire;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Vaults;

/// <summary>Stores the secrets of the key vaults that workspaces name as theirs. Values are encrypted before they are written.</summary>
internal sealed class VaultStore(WorkspaceStore workspaces, StateFolder folder, SecretBox box, TimeProvider time)
{
    private const string SealedValue = "sealedValue";
    private const string Version = "version";
    private readonly ConcurrentDictionary<string, ResourceFolder> secrets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the workspace of a vault; null when the vault does not exist.</summary>
    /// <param name="id">ARM id of the vault.</param>
    public Workspace? FindWorkspace(string id) =>
        workspaces.All.FirstOrDefault(workspace =>
            workspaces.KeyVaultOf(workspace).Equals(id, StringComparison.OrdinalIgnoreCase) && ResourceNames.Vault().IsMatch(NameOf(id))
        );

    /// <summary>Returns whether a vault exists. Names of vaults are unique across resource groups.</summary>
    public bool Exists(string name) =>
        ResourceNames.Vault().IsMatch(name)
        && workspaces.All.Any(workspace => NameOf(workspaces.KeyVaultOf(workspace)).Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Finds a secret; null when it does not exist, or was encrypted with a key that is lost.</summary>
    public VaultSecret? Find(string vault, string name) => SecretsOf(vault).Find(name) is { } document ? Open(document) : null;

    public VaultSecret Set(string vault, string name, string value)
    {
        var version = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var (document, _) = SecretsOf(vault).Put(name, new() { [SealedValue] = box.Encrypt(value), [Version] = version });
        return new(document.Name, version, value, document.CreatedAt, document.ModifiedAt);
    }

    private static string NameOf(string id) => id[(id.LastIndexOf('/') + 1)..];

    private VaultSecret? Open(ArmDocument document) =>
        document.Body.Text(Version) is { } version
        && document.Body.Text(SealedValue) is { } sealedValue
        && box.Decrypt(sealedValue) is { } value
            ? new(document.Name, version, value, document.CreatedAt, document.ModifiedAt)
            : null;

    private ResourceFolder SecretsOf(string vault) =>
        secrets.GetOrAdd(vault, name => new(Path.Combine(folder.Vaults, name.ToLowerInvariant()), folder, time));
}
