using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Azure;
using Workspaces.DataPlane;

namespace Workspaces.Errors;

/// <summary>
/// Code and message in the body of an error: ARM and run history wrap them in <c>error</c>, MLflow has <c>error_code</c>, a long-running operation
/// that failed carries <c>error</c> beside its status, a registry has a list, <c>errors</c>, and storage writes XML.
/// </summary>
internal static partial class ErrorBody
{
    public static (string? Code, string? Message) Read(Response response)
    {
        if (response.ContentStream is not { CanSeek: true } || response.Content.ToMemory().IsEmpty)
        {
            return (null, null);
        }

        var text = response.Content.ToString();
        try
        {
            if (text.AsSpan().TrimStart('\uFEFF').TrimStart().StartsWith("<"))
            {
                return ReadMarkup(text.TrimStart('\uFEFF'));
            }

            using var body = JsonDocument.Parse(text);
            return Read(body.RootElement);
        }
        catch (JsonException)
        {
            // A gateway's words, say. The first line is still worth more than nothing.
            return (null, ServiceErrors.FirstLine(text));
        }
    }

    public static (string? Code, string? Message) Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return (null, null);
        }

        if (body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            return Read(error);
        }

        // A registry lists its errors; all of them are worth reading.
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

    /// <summary>Storage's XML, or the title of a page that something else put in between.</summary>
    private static (string? Code, string? Message) ReadMarkup(string text)
    {
        try
        {
            if (XDocument.Parse(text).Root is { Name.LocalName: "Error" } error)
            {
                return (error.Element("Code")?.Value, ServiceErrors.FirstLine(error.Element("Message")?.Value ?? ""));
            }
        }
        catch (XmlException)
        {
            // Few pages are well-formed.
        }

        var title = Title().Match(text);
        var said = title.Success ? title.Groups["title"].Value : Tag().Replace(text, " ");
        return (null, $"a web page, \"{ServiceErrors.FirstLine(WebUtility.HtmlDecode(said))}\"");
    }

    [GeneratedRegex(
        "<title[^>]*>(?<title>[^<]*)</title>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Title();

    [GeneratedRegex(
        "<(script|style).*?</(script|style)>|<[^>]*>",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Tag();
}
