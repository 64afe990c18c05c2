using System.Security.Cryptography;
using System.Text;

namespace Studio.Serving;

/// <summary>Holds the token of the address, and the cookie that the token is exchanged for.</summary>
public sealed class StudioAccess
{
    private const int ShortestToken = 32;
    private readonly byte[] token;
    private readonly byte[] cookie;

    /// <param name="token">The token; at least 32 characters that cannot be guessed.</param>
    public StudioAccess(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length < ShortestToken)
            throw new ArgumentException($"It has {token.Length} characters; it must have at least {ShortestToken}.", nameof(token));
        this.token = Encoding.UTF8.GetBytes(token);
        // The cookie does not tell the token.
        Cookie = Convert.ToHexStringLower(HMACSHA256.HashData(this.token, "studio cookie"u8));
        cookie = Encoding.UTF8.GetBytes(Cookie);
    }

    /// <summary>Gets the value of the cookie.</summary>
    internal string Cookie { get; }

    /// <summary>Creates a token.</summary>
    public static string CreateToken() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>Returns whether a text is the token. It takes the same time for every text of that length.</summary>
    internal bool IsToken(string? text) => text is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), token);

    /// <summary>Returns whether a text is the cookie.</summary>
    internal bool IsCookie(string? text) =>
        text is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), cookie);
}
