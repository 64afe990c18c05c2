using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Access;

/// <summary>Who may call: the owner's token, one token per running job, a cookie for the page, and signatures of log URLs.</summary>
internal sealed class AccessTokens
{
    private readonly byte[] ownerToken;
    private readonly byte[] signingKey = RandomNumberGenerator.GetBytes(32);
    private readonly string pageCookie = RandomNumberGenerator.GetHexString(48, lowercase: true);
    private readonly ConcurrentDictionary<string, string> runsByToken = new(StringComparer.Ordinal);

    private AccessTokens(string owner) => ownerToken = Encoding.UTF8.GetBytes(owner);

    /// <summary>Cookie value that opens the page; it opens nothing else.</summary>
    public string PageCookie => pageCookie;

    public static AccessTokens LoadOrCreate(StateFolder folder)
    {
        if (!File.Exists(folder.Token))
            StateFolder.Write(folder.Token, RandomNumberGenerator.GetHexString(64, lowercase: true), ownerOnly: true);
        return new(File.ReadAllText(folder.Token).Trim());
    }

    public bool IsOwner(string token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), ownerToken);

    public bool IsPageCookie(string? value) =>
        value is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(value), Encoding.UTF8.GetBytes(pageCookie));

    /// <summary>Makes the token a job's process gets; it ends with the job.</summary>
    public string IssueRunToken(string runKey)
    {
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        runsByToken[token] = runKey;
        return token;
    }

    public void RevokeRunToken(string token) => runsByToken.TryRemove(token, out _);

    public string? RunOf(string token) => runsByToken.GetValueOrDefault(token);

    /// <summary>Signs a path until a moment (Unix seconds), as a storage account's shared access signature would.</summary>
    public string Sign(string path, long expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes($"{path}\n{expires}")));

    public bool IsSigned(string path, long expires, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(path, expires)), Encoding.UTF8.GetBytes(signature));
}
