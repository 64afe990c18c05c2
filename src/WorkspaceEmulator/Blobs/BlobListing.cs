using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace WorkspaceEmulator.Blobs;

/// <summary>Creates the response that lists blobs, in pages, flat or by folders.</summary>
internal static class BlobListing
{
    private const int LargestPage = 5000;

    public static string Create(IBlobContainer container, string containerName, string account, HttpRequest request)
    {
        var (prefix, delimiter, marker) = (Query(request, "prefix"), Query(request, "delimiter"), Query(request, "marker"));
        var size =
            int.TryParse(Query(request, "maxresults"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? Math.Min(number, LargestPage)
                : LargestPage;
        var hasMetadata = Query(request, "include").Split(',').Contains("metadata", StringComparer.OrdinalIgnoreCase);

        var entries = container
            .List(prefix)
            .Select(name => Group(name, prefix, delimiter))
            .Distinct()
            .SkipWhile(entry => string.CompareOrdinal(entry.Name, marker) < 0)
            .Take(size + 1)
            .ToList();
        var list = new XElement("Blobs");
        foreach (var (name, isFolder) in entries.Take(size))
        {
            if (isFolder)
                list.Add(new XElement("BlobPrefix", Named(name)));
            else if (Describe(container, name, hasMetadata) is { } blob)
                list.Add(blob);
        }

        return new XDeclaration("1.0", "utf-8", null)
            + new XElement(
                "EnumerationResults",
                new XAttribute("ServiceEndpoint", account),
                new XAttribute("ContainerName", containerName),
                prefix.Length > 0 ? new XElement("Prefix", Clean(prefix)) : null,
                new XElement("MaxResults", size),
                delimiter.Length > 0 ? new XElement("Delimiter", Clean(delimiter)) : null,
                list,
                new XElement("NextMarker", entries.Count > size ? Clean(entries[size].Name) : null)
            ).ToString(SaveOptions.DisableFormatting);
    }

    private static (string Name, bool IsFolder) Group(string name, string prefix, string delimiter)
    {
        var end = delimiter.Length == 0 ? -1 : name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return end < 0 ? (name, false) : (name[..(end + delimiter.Length)], true);
    }

    private static XElement? Describe(IBlobContainer container, string name, bool hasMetadata)
    {
        if (container.Find(name) is not { } file)
            return null; // Deleted while it was listed.
        var facts = container.ReadFacts(name);
        return new XElement(
            "Blob",
            Named(name),
            new XElement(
                "Properties",
                new XElement("Creation-Time", file.ModifiedAt.ToString("R", CultureInfo.InvariantCulture)),
                new XElement("Last-Modified", BlobHeaders.ChangedAt(file, facts).ToString("R", CultureInfo.InvariantCulture)),
                new XElement("Etag", BlobHeaders.ETagOf(file, facts).Trim('"')),
                new XElement("Content-Length", file.Length),
                BlobHeaders.OfContent.Select(header => OfContent(header, facts)),
                new XElement("BlobType", "BlockBlob"),
                new XElement("LeaseStatus", "unlocked"),
                new XElement("LeaseState", "available"),
                new XElement("ServerEncrypted", "true")
            ),
            hasMetadata ? new XElement("Metadata", facts.Metadata.Select(pair => new XElement(pair.Key, Clean(pair.Value)))) : null
        );
    }

    private static XElement? OfContent(string header, BlobFacts facts) =>
        facts.Headers.TryGetValue(header, out var value) ? new(header, Clean(value))
        : header == BlobHeaders.ContentType ? new(header, BlobHeaders.DefaultType)
        : null;

    // Files of jobs can have names that XML cannot hold; the service encodes them and says so.
    private static XElement Named(string name) =>
        name.All(XmlConvert.IsXmlChar)
            ? new XElement("Name", name)
            : new XElement("Name", new XAttribute("Encoded", "true"), Uri.EscapeDataString(name));

    private static string Clean(string text) => string.Concat(text.Where(XmlConvert.IsXmlChar));

    private static string Query(HttpRequest request, string name) => request.Query[name].ToString();
}
