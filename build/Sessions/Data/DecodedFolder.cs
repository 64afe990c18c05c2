using System.Globalization;
using Datasets.Pictures;
using Datasets.Sources;

namespace Build.Sessions.Data;

/// <summary>A dataset in a folder, and how far its images are checked.</summary>
/// <param name="Source">The dataset.</param>
/// <param name="Pictures">Decodes the images; null when only their headers are read.</param>
/// <param name="Reason">Why only headers are read; null otherwise.</param>
public sealed record DecodedFolder(FolderDataset Source, RememberedPictures? Pictures, string? Reason)
{
    /// <summary>Returns, after reading, that only headers were checked and why; null when every image was decoded.</summary>
    public string? Note
    {
        get
        {
            var reason = Pictures?.TooManyBytes is { } bytes
                ? string.Create(CultureInfo.InvariantCulture, $"decoding {bytes / 1e6:F0} MB takes a while; --decode=full does it")
                : Reason;
            return reason is null ? null : $"only the headers of the images were checked: {reason}. The job decodes them before it trains.";
        }
    }
}
