using System.Text;
using Experiments.Json;
using Experiments.Model;

namespace Experiments.Reading;

/// <summary>Reads an environment config: a file of <c>configuration/</c>.</summary>
public static class EnvironmentConfigReader
{
    private static readonly string[] AccountKeys = ["ACCOUNT", "CONTAINER", "FILE_SHARE", "KEY_VAULT_SECRET", "ENDPOINT"];

    internal const string What = "an environment config";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, as the user named it; repeated in faults.</param>
    /// <exception cref="ConfigException">The file is faulty; carries every fault.</exception>
    public static EnvironmentConfig Read(string path)
    {
        var faults = new List<ConfigFault>();
        var environment = Read(path, path, faults);
        return faults.Count == 0 ? environment! : throw new ConfigException(path, faults);
    }

    /// <summary>As <see cref="Read(string)"/>, from text.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="path">Name of the file in faults.</param>
    /// <exception cref="ConfigException">The text is faulty; carries every fault.</exception>
    public static EnvironmentConfig Parse(string text, string path)
    {
        var faults = new List<ConfigFault>();
        var environment = Read(Encoding.UTF8.GetBytes(text), path, faults);
        return faults.Count == 0 ? environment! : throw new ConfigException(path, faults);
    }

    /// <summary>Reads a file and adds its faults to a list.</summary>
    /// <returns>The environment; meaningful only when no fault was added.</returns>
    internal static EnvironmentConfig? Read(string path, string source, List<ConfigFault> faults) =>
        ConfigFile.Read(path, source, What, faults) is { } bytes ? Read(bytes, source, faults) : null;

    private static EnvironmentConfig? Read(byte[] bytes, string source, List<ConfigFault> faults)
    {
        if (LocatedJson.Read(bytes, source, faults) is not { } root)
            return null;
        var validator = new SettingsValidator(What, overridable: false, faults) { FaultOfUnknownKey = FaultOfSecret };
        var environment = validator.Read<EnvironmentConfig>(root);
        if (root.Find("DATASTORES")?.Value is { } datastores)
        {
            foreach (var member in datastores.Members.DistinctBy(member => member.Key, StringComparer.Ordinal))
                Compare(member, root.Find("ENDPOINT") is null, faults);
        }
        return environment;
    }

    private static ConfigFault? FaultOfSecret(string prefix, LocatedMember member) =>
        SecretWords.IsSecretKey(member.Key)
            ? new(
                member.Location,
                prefix + member.Key,
                "a secret",
                "removed: this file never holds a secret",
                "AUTH says how the account is reached; replace the secret where it was issued, because it has been written down."
            )
            : null;

    private static void Compare(LocatedMember datastore, bool isAzure, List<ConfigFault> faults)
    {
        var path = $"DATASTORES.{datastore.Key}";
        var value = datastore.Value;
        if (value.Kind != System.Text.Json.JsonValueKind.Object)
            return;

        var isShare = value.Find("TYPE")?.Value.Text == nameof(DatastoreKind.AzureFile);
        if (value.Find("FOLDER") is { } folder)
        {
            if (isAzure)
            {
                faults.Add(
                    new(folder.Location, $"{path}.FOLDER", "a folder of this machine", "an ACCOUNT, unless ENDPOINT names an emulator")
                );
            }

            foreach (var key in AccountKeys)
            {
                if (value.Find(key) is { } other)
                    faults.Add(new(other.Location, $"{path}.{key}", "given together with FOLDER", "removed, or FOLDER removed"));
            }
            return;
        }

        if (value.Find("ACCOUNT") is null)
        {
            faults.Add(new(value.Location, path, "without ACCOUNT and FOLDER", "a datastore with one of them"));
            return;
        }
        var (wanted, unwanted, kind) = isShare ? ("FILE_SHARE", "CONTAINER", "AzureFile") : ("CONTAINER", "FILE_SHARE", "AzureBlob");
        if (value.Find(wanted) is null)
            faults.Add(new(value.Location, $"{path}.{wanted}", "missing", $"given for TYPE {kind}"));
        if (value.Find(unwanted) is { } extra)
            faults.Add(new(extra.Location, $"{path}.{unwanted}", $"given for TYPE {kind}", $"{wanted}"));
        CompareSecret(value, path, faults);
        CompareEndpoint(value, path, isAzure, faults);
    }

    private static void CompareSecret(LocatedValue datastore, string path, List<ConfigFault> faults)
    {
        if (datastore.Find("KEY_VAULT_SECRET") is { } secret && datastore.Find("AUTH")?.Value.Text is null or "identity")
            faults.Add(new(secret.Location, $"{path}.KEY_VAULT_SECRET", "given for AUTH identity", "removed, or AUTH account-key or sas"));
    }

    private static void CompareEndpoint(LocatedValue datastore, string path, bool isAzure, List<ConfigFault> faults)
    {
        if (
            datastore.Find("ENDPOINT") is not { } endpoint
            || !endpoint.Value.Text.StartsWith("http", StringComparison.Ordinal)
            || !Uri.TryCreate(endpoint.Value.Text, UriKind.Absolute, out var address)
        )
        {
            return;
        }

        if (isAzure)
        {
            faults.Add(
                new(
                    endpoint.Location,
                    $"{path}.ENDPOINT",
                    "the address of a storage emulator",
                    "a domain such as core.windows.net, unless ENDPOINT names an emulator"
                )
            );
        }

        var account = datastore.Find("ACCOUNT")!.Value.Text;
        if (address.AbsolutePath.TrimStart('/') != account)
        {
            faults.Add(
                new(
                    endpoint.Location,
                    $"{path}.ENDPOINT",
                    endpoint.Value.Shown,
                    $"an address that ends in the ACCOUNT, as in {address.GetLeftPart(UriPartial.Authority)}/{account}"
                )
            );
        }
    }
}
