using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Access;

/// <summary>
/// Issues and validates the owner's token, one token per running job, and signatures of log addresses.
/// </summary>
internal sealed class AccessTokens
{
    private const int TokenLength = 64;
    private readonly byte[] ownerToken;
    private readonly byte[] signingKey = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, string> runsByToken = new(StringComparer.Ordinal);

    private AccessTokens(string owner) => ownerToken = Encoding.UTF8.GetBytes(owner);

    public static AccessTokens LoadOrCreate(StateFolder folder)
    {
        var token = File.Exists(folder.Token) ? File.ReadAllText(folder.Token).Trim() : null;
        if (token is not null && !IsToken(token))
        {
            folder.SetAside(folder.Token, "it is no token", "A new one was made; clients read it from the file.");
            token = null;
        }

        if (token is null)
        {
            token = RandomNumberGenerator.GetHexString(TokenLength, lowercase: true);
            StateFile.Write(folder.Token, token);
        }

        return new(token);
    }

    // A shorter one could be guessed, and an empty one would let everybody in.
    private static bool IsToken(string text) => text.Length == TokenLength && text.All(char.IsAsciiHexDigitLower);

    public bool IsOwner(string token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), ownerToken);

    /// <summary>Creates a token for a job's process. It ends with the job.</summary>
    public string IssueRunToken(string runKey)
    {
        var token = RandomNumberGenerator.GetHexString(TokenLength, lowercase: true);
        runsByToken[token] = runKey;
        return token;
    }

    public void RevokeRunToken(string token) => runsByToken.TryRemove(token, out _);

    public string? RunOf(string token) => runsByToken.GetValueOrDefault(token);

    /// <summary>Signs a path until a moment (Unix seconds), as a shared access signature of a storage account does.</summary>
    public string Sign(string path, long expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes($"{path}\n{expires}")));

    public bool IsSigned(string path, long expires, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(path, expires)), Encoding.UTF8.GetBytes(signature));
}
