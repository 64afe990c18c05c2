using System.Security.Cryptography;
using System.Text;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Access;

/// <summary>
/// Encrypts secrets of datastores and key vaults before they are written: AES-256-GCM with a key that only the owner can read.
/// </summary>
internal sealed class SecretBox(byte[] key)
{
    public static SecretBox LoadOrCreate(StateFolder folder)
    {
        if (!File.Exists(folder.SecretsKey))
            StateFolder.Write(folder.SecretsKey, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), ownerOnly: true);
        return new(Convert.FromBase64String(File.ReadAllText(folder.SecretsKey)));
    }

    public string Encrypt(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var nonce = RandomNumberGenerator.GetBytes(12);
        var (sealedText, tag) = (new byte[plain.Length], new byte[16]);
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt(nonce, plain, sealedText, tag);
        return Convert.ToBase64String([.. nonce, .. tag, .. sealedText]);
    }

    public string Decrypt(string text)
    {
        var bytes = Convert.FromBase64String(text);
        var plain = new byte[bytes.Length - 28];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(bytes.AsSpan(0, 12), bytes.AsSpan(28), bytes.AsSpan(12, 16), plain);
        return Encoding.UTF8.GetString(plain);
    }
}
