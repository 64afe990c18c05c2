using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace WorkspaceEmulator.Blobs.Access;

/// <summary>Creates and checks shared access signatures: of a blob, of a container, and of the account.</summary>
internal static class SharedAccessSignature
{
    /// <summary>The version of signatures that the emulator creates.</summary>
    private const string Version = "2021-08-06";

    // From this version on, an encryption scope is signed too; older clients do not know it.
    private const string FirstWithScope = "2020-12-06";
    private const string FirstKnown = "2018-11-09";

    private static readonly string[] Overrides = ["rscc", "rscd", "rsce", "rscl", "rsct"];

    /// <summary>Creates the signature of a container, as the query of an address.</summary>
    /// <param name="account">The account, whose key signs it.</param>
    /// <param name="container">The container.</param>
    /// <param name="permissions">Letters such as <c>rl</c>, in the service's order.</param>
    /// <param name="expires">When it expires.</param>
    public static string Create(StorageAccount account, string container, string permissions, DateTimeOffset expires)
    {
        var end = expires.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var text = string.Join(
            '\n',
            [permissions, "", end, $"/blob/{account.Name}/{container}", "", "", "https", Version, "c", "", "", "", "", "", "", ""]
        );
        var signature = Uri.EscapeDataString(SharedKeySignature.Sign(account, text));
        return $"sv={Version}&spr=https&se={Uri.EscapeDataString(end)}&sr=c&sp={permissions}&sig={signature}";
    }

    /// <summary>Returns whether the query of a request holds a signature that grants an operation.</summary>
    /// <param name="request">The request.</param>
    /// <param name="account">The account it is for.</param>
    /// <param name="container">The container.</param>
    /// <param name="blob">The blob; empty for an operation of the container.</param>
    /// <param name="permissions">Letters, one of which must be granted.</param>
    /// <param name="now">The moment.</param>
    public static bool Grants(
        HttpRequest request,
        StorageAccount account,
        string container,
        string blob,
        string permissions,
        DateTimeOffset now
    )
    {
        var version = Part(request, "sv");
        return Part(request, "sig").Length > 0
            && string.CompareOrdinal(version, FirstKnown) >= 0
            && IsTimely(request, now)
            && IsFrom(request)
            && Part(request, "sp").Any(letter => permissions.Contains(letter, StringComparison.Ordinal))
            && TextsOf(request, account, container, blob, string.CompareOrdinal(version, FirstWithScope) >= 0)
                .Any(text => IsSigned(account, text, Part(request, "sig")));
    }

    private static IEnumerable<string> TextsOf(HttpRequest request, StorageAccount account, string container, string blob, bool hasScope)
    {
        if (Part(request, "ss").Contains('b', StringComparison.Ordinal))
        {
            // The account's own: services, and which of service, container and object.
            if (Part(request, "srt").Contains(blob.Length == 0 ? 'c' : 'o', StringComparison.Ordinal))
            {
                string[] names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"];
                yield return string.Concat(
                    names
                        .Select(name => Part(request, name))
                        .Prepend(account.Name)
                        .Append(hasScope ? Part(request, "ses") : null)
                        .OfType<string>()
                        .Select(part => part + "\n")
                );
            }

            yield break;
        }

        var resource = Part(request, "sr") switch
        {
            "c" => $"/blob/{account.Name}/{container}",
            "b" when blob.Length > 0 => $"/blob/{account.Name}/{container}/{blob}",
            _ => null,
        };
        if (resource is null)
            yield break;
        string[] first = [Part(request, "sp"), Part(request, "st"), Part(request, "se"), resource];
        string[] second = [Part(request, "si"), Part(request, "sip"), Part(request, "spr"), Part(request, "sv"), Part(request, "sr"), ""];
        string[] scope = hasScope ? [Part(request, "ses")] : [];
        yield return string.Join('\n', [.. first, .. second, .. scope, .. Overrides.Select(name => Part(request, name))]);
    }

    private static bool IsSigned(StorageAccount account, string text, string signature) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(SharedKeySignature.Sign(account, text)),
            Encoding.UTF8.GetBytes(signature)
        );

    private static bool IsTimely(HttpRequest request, DateTimeOffset now) =>
        Moment(Part(request, "se")) is { } end
        && now < end
        && (Part(request, "st") is not { Length: > 0 } begin || (Moment(begin) is { } start && start <= now));

    // An address is one of this machine; a range of addresses is not read, and so grants nothing.
    private static bool IsFrom(HttpRequest request) =>
        Part(request, "sip") is not { Length: > 0 } allowed
        || (IPAddress.TryParse(allowed, out var address) && address.Equals(request.HttpContext.Connection.RemoteIpAddress));

    private static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var moment
        )
            ? moment
            : null;

    private static string Part(HttpRequest request, string name) => request.Query[name].ToString();
}
