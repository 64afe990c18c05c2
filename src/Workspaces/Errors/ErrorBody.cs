using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Azure;
using Workspaces.DataPlane;

namespace Workspaces.Errors;

/// <summary>
/// Reads code and message from the body of an error. ARM and run history wrap them in <c>error</c>, MLflow has <c>error_code</c>, a failed
/// long-running operation has <c>error</c> beside its status, a registry has the list <c>errors</c>, and storage writes XML.
/// </summary>
internal static partial class ErrorBody
{
    public static (string? Code, string? Message) Read(Response response)
    {
        if (response.ContentStream is not { CanSeek: true } || response.Content.ToMemory().IsEmpty)
            return (null, null);

        var text = response.Content.ToString();
        try
        {
            if (text.AsSpan().TrimStart('\uFEFF').TrimStart().StartsWith("<"))
                return ReadMarkup(text.TrimStart('\uFEFF'));

            using var body = JsonDocument.Parse(text);
            return Read(body.RootElement);
        }
        catch (JsonException)
        {
            // Plain text, such as a gateway's. Its first line is better than nothing.
            return (null, ServiceErrors.FirstLine(text));
        }
    }

    public static (string? Code, string? Message) Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return (null, null);

        if (body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
            return Read(error);

        // A registry lists its errors. Report all of them.
        if (body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0)
        {
            var items = errors.EnumerateArray().Select(Read).ToList();
            return (
                items[0].Code,
                string.Join("; ", items.Select((item, index) => index == 0 ? item.Message : $"{item.Code}: {item.Message}"))
            );
        }

        return (body.Text("code") ?? body.Text("error_code"), body.Text("message"));
    }

    /// <summary>Reads storage's XML, or the title of a web page that a proxy returned.</summary>
    private static (string? Code, string? Message) ReadMarkup(string text)
    {
        try
        {
            if (XDocument.Parse(text).Root is { Name.LocalName: "Error" } error)
                return (error.Element("Code")?.Value, ServiceErrors.FirstLine(error.Element("Message")?.Value ?? ""));
        }
        catch (XmlException)
        {
            // Few web pages are well-formed XML.
        }

        var title = Title().Match(text);
        var said = title.Success ? title.Groups["title"].Value : Tag().Replace(text, " ");
        return (null, $"a web page, \"{ServiceErrors.FirstLine(WebUtility.HtmlDecode(said))}\"");
    }

    // Whoever sends the page may be anybody between here and the service, so its tags may begin a million times and never end.
    [GeneratedRegex(
        "<title[^>]*>(?<title>[^<]*)</title>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Title();

    [GeneratedRegex(
        "<(script|style).*?</(script|style)>|<[^>]*>",
        RegexOptions.IgnoreCase
            | RegexOptions.Singleline
            | RegexOptions.CultureInvariant
            | RegexOptions.ExplicitCapture
            | RegexOptions.NonBacktracking,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Tag();
}
