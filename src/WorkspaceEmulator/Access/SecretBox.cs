using System.Security.Cryptography;
using System.Text;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Access;

/// <summary>
/// Encrypts secrets of datastores and key vaults before they are written: AES-256-GCM with a key that only the owner can read.
/// </summary>
internal sealed class SecretBox(byte[] key)
{
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    public static SecretBox LoadOrCreate(StateFolder folder)
    {
        if (File.Exists(folder.SecretsKey))
        {
            var kept = new byte[KeyLength];
            if (Convert.TryFromBase64String(File.ReadAllText(folder.SecretsKey), kept, out var length) && length == KeyLength)
                return new(kept);
            folder.SetAside(
                folder.SecretsKey,
                "it is no key",
                "A new one was made; secrets of datastores and key vaults that were stored before must be stored again."
            );
        }

        var key = RandomNumberGenerator.GetBytes(KeyLength);
        StateFile.Write(folder.SecretsKey, Convert.ToBase64String(key));
        return new(key);
    }

    public string Encrypt(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        var (sealedText, tag) = (new byte[plain.Length], new byte[TagLength]);
        using var aes = new AesGcm(key, tag.Length);
        aes.Encrypt(nonce, plain, sealedText, tag);
        return Convert.ToBase64String([.. nonce, .. tag, .. sealedText]);
    }

    /// <summary>Decrypts a secret; null when it was encrypted with a key that is lost, or is damaged.</summary>
    public string? Decrypt(string text)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length < NonceLength + TagLength)
            return null;
        var sealedText = bytes.AsSpan(NonceLength + TagLength, length - NonceLength - TagLength);
        var plain = new byte[sealedText.Length];
        try
        {
            using var aes = new AesGcm(key, TagLength);
            aes.Decrypt(bytes.AsSpan(0, NonceLength), sealedText, bytes.AsSpan(NonceLength, TagLength), plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Derives a key of 64 bytes, the same at every start, that tells nothing about the key of the secrets.</summary>
    /// <param name="purpose">What the key is for; each purpose has a key of its own.</param>
    public byte[] Derive(string purpose) => HMACSHA512.HashData(key, Encoding.UTF8.GetBytes(purpose));

    /// <summary>Derives the key of a storage account, in base64.</summary>
    public string DeriveAccountKey(string account) => Convert.ToBase64String(Derive($"storage account {account}"));
}
