using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace WorkspaceEmulator.Blobs.Access;

/// <summary>Checks the signature of a request by the account key, as the storage service's "Authorize with Shared Key" says.</summary>
internal static class SharedKeySignature
{
    // The order in which the service sorts characters of header names.
    private const string Order = "-!#$%&*.^_|~+\"'(),/`0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz{}";

    private static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(15);

    private static readonly string[] SignedHeaders =
    [
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-MD5",
        "Content-Type",
        "Date",
        "If-Modified-Since",
        "If-Match",
        "If-None-Match",
        "If-Unmodified-Since",
        "Range",
    ];

    /// <summary>Returns whether a request is signed with the key of an account, at most a quarter of an hour ago.</summary>
    public static bool IsValid(HttpContext context, StorageAccount account, DateTimeOffset now)
    {
        var request = context.Request;
        var scheme = $"SharedKey {account.Name}:";
        var authorization = request.Headers.Authorization.ToString();
        var date = request.Headers["x-ms-date"].ToString() is { Length: > 0 } own ? own : request.Headers.Date.ToString();
        if (!authorization.StartsWith(scheme, StringComparison.Ordinal) || !DateTimeOffset.TryParse(date, out var moment))
            return false;
        if ((now - moment).Duration() > LargestSkew)
            return false;
        var expected = Sign(account, Text(context, account));
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(expected),
            Encoding.UTF8.GetBytes(authorization[scheme.Length..])
        );
    }

    /// <summary>Signs a request with the key of an account, in place of what it was authorized by.</summary>
    public static void Add(HttpContext context, StorageAccount account, DateTimeOffset now)
    {
        var headers = context.Request.Headers;
        headers["x-ms-date"] = now.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        headers.Authorization = $"SharedKey {account.Name}:{Sign(account, Text(context, account))}";
    }

    /// <summary>Signs a text with the key of an account.</summary>
    public static string Sign(StorageAccount account, string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(account.KeyBytes, Encoding.UTF8.GetBytes(text)));

    private static string Text(HttpContext context, StorageAccount account)
    {
        var request = context.Request;
        var text = new StringBuilder(request.Method).Append('\n');
        foreach (var name in SignedHeaders)
        {
            var value = request.Headers[name].ToString();
            // An absent length and a length of zero are both empty.
            text.Append(name == "Content-Length" && value == "0" ? "" : value).Append('\n');
        }

        var own = request
            .Headers.Select(header => (Name: header.Key.ToLowerInvariant(), Value: header.Value.ToString().Trim()))
            .Where(header => header.Name.StartsWith("x-ms-", StringComparison.Ordinal))
            .OrderBy(header => header.Name, Comparer<string>.Create(Compare));
        foreach (var (name, value) in own)
            text.Append(name).Append(':').Append(value).Append('\n');

        // The path counts as it was sent, and the query decoded.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        text.Append('/').Append(account.Name).Append(target.Split('?')[0]);
        var query = request
            .Query.Select(pair => (Name: pair.Key.ToLowerInvariant(), Values: pair.Value.Order(StringComparer.Ordinal)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal);
        foreach (var (name, values) in query)
            text.Append('\n').Append(name).Append(':').AppendJoin(',', values);
        return text.ToString();
    }

    private static int Compare(string? a, string? b)
    {
        var (left, right) = (a ?? "", b ?? "");
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var order = Order.IndexOf(left[i], StringComparison.Ordinal).CompareTo(Order.IndexOf(right[i], StringComparison.Ordinal));
            if (order != 0)
                return order;
        }

        return left.Length.CompareTo(right.Length);
    }
}
