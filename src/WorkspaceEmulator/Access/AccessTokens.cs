using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using WorkspaceEmulator.State;

namespace WorkspaceEmulator.Access;

/// <summary>Who may call: the owner's token, one token per running job, a cookie for the page, and signatures of log URLs.</summary>
internal sealed class AccessTokens
{
    private readonly byte[] _owner;
    private readonly byte[] _signingKey = RandomNumberGenerator.GetBytes(32);
    private readonly string _pageCookie = RandomNumberGenerator.GetHexString(48, lowercase: true);
    private readonly ConcurrentDictionary<string, string> _runsByToken = new(StringComparer.Ordinal);

    private AccessTokens(string owner) => _owner = Encoding.UTF8.GetBytes(owner);

    /// <summary>Cookie value that opens the page; it opens nothing else.</summary>
    public string PageCookie => _pageCookie;

    public static AccessTokens LoadOrCreate(StateFolder folder)
    {
        if (!File.Exists(folder.Token))
            StateFolder.Write(folder.Token, RandomNumberGenerator.GetHexString(64, lowercase: true), ownerOnly: true);
        return new(File.ReadAllText(folder.Token).Trim());
    }

    public bool IsOwner(string token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), _owner);

    public bool IsPageCookie(string? value) =>
        value is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(value), Encoding.UTF8.GetBytes(_pageCookie));

    /// <summary>Makes the token a job's process gets; it ends with the job.</summary>
    public string IssueRunToken(string runKey)
    {
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        _runsByToken[token] = runKey;
        return token;
    }

    public void RevokeRunToken(string token) => _runsByToken.TryRemove(token, out _);

    public string? RunOf(string token) => _runsByToken.GetValueOrDefault(token);

    /// <summary>Signs a path until a moment (Unix seconds), as a storage account's shared access signature would.</summary>
    public string Sign(string path, long expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_signingKey, Encoding.UTF8.GetBytes($"{path}\n{expires}")));

    public bool IsSigned(string path, long expires, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(path, expires)), Encoding.UTF8.GetBytes(signature));
}
