using Experiments.Settings;

namespace Experiments.Model;

/// <summary>One datastore of an environment config: a storage account, or for the emulator a folder.</summary>
public sealed record DatastoreSettings
{
    [Setting("TYPE", "Blob container or file share.", Default = DatastoreKind.AzureBlob)]
    public DatastoreKind Type { get; init; }

    [Setting(
        "ACCOUNT",
        "Storage account.",
        Pattern = "^[a-z0-9]{3,24}$",
        Rule = "3 to 24 lower-case letters or digits",
        DefaultText = "none: a folder"
    )]
    public string? Account { get; init; }

    [Setting(
        "CONTAINER",
        "Blob container; with TYPE AzureBlob.",
        Pattern = "^[a-z0-9](-?[a-z0-9]){2,62}$",
        Rule = "3 to 63 lower-case letters, digits or single '-'",
        DefaultText = "none"
    )]
    public string? Container { get; init; }

    [Setting(
        "FILE_SHARE",
        "File share; with TYPE AzureFile.",
        Pattern = "^[a-z0-9](-?[a-z0-9]){2,62}$",
        Rule = "3 to 63 lower-case letters, digits or single '-'",
        DefaultText = "none"
    )]
    public string? FileShare { get; init; }

    [Setting(
        "AUTH",
        "How the workspace reaches the account; keys and SAS come from an environment variable or the key vault, never from this file.",
        Default = "identity",
        Choices = ["identity", "account-key", "sas"]
    )]
    public string Auth { get; init; } = "";

    [Setting(
        "KEY_VAULT_SECRET",
        "Name of the secret in the workspace's key vault that holds the account key or SAS; with AUTH account-key or sas.",
        Pattern = "^[A-Za-z0-9-]{1,127}$",
        Rule = "the name of a secret, 1 to 127 letters, digits or '-', never the secret itself",
        DefaultText = "none: an environment variable"
    )]
    public string? KeyVaultSecret { get; init; }

    [Setting(
        "ENDPOINT",
        "Domain of the account in another cloud than Azure's public one; for an emulated workspace also the address of a storage "
            + "emulator, with the account.",
        Pattern = @"^(https?://[A-Za-z0-9.\[\]:-]+/[a-z0-9]{3,24}|[a-z0-9-]+(\.[a-z0-9-]+)+)$",
        Rule = "a domain such as core.chinacloudapi.cn, or an address such as http://127.0.0.1:10000/devstoreaccount1",
        Default = "core.windows.net"
    )]
    public string Endpoint { get; init; } = "core.windows.net";

    [Setting(
        "FOLDER",
        "In place of an account, for the emulator: a folder, relative to the repository root.",
        Pattern = @"^[^\u0000-\u001f]+$",
        Rule = "the path of a folder",
        DefaultText = "none: a storage account"
    )]
    public string? Folder { get; init; }

    /// <summary>The folder's absolute path; null when the datastore is a storage account.</summary>
    public string? FolderPath(string repositoryRoot) =>
        Folder is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(repositoryRoot, Folder)));
}
