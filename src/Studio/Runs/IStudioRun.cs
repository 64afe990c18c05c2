using System.Text.Json.Nodes;

namespace Studio.Runs;

/// <summary>Represents one job with its files. Everything in it was written by a job and is foreign text.</summary>
public interface IStudioRun
{
    string Name { get; }

    /// <summary>Gets what is known of the job now.</summary>
    RunFacts Facts { get; }

    /// <summary>Gets a text that changes whenever <see cref="Facts"/> changes.</summary>
    string Revision { get; }

    /// <summary>Gets whether the job has ended, so that nothing of it changes any more.</summary>
    bool HasEnded { get; }

    /// <summary>Gets the number of logged values.</summary>
    long MetricCount { get; }

    /// <summary>Gets the size of the log in bytes; 0 without a log.</summary>
    long LogBytes { get; }

    /// <summary>Returns the value of the highest step of each metric, by name.</summary>
    IReadOnlyList<MetricValue> LatestMetrics();

    /// <summary>Returns all values of a metric in their order of arrival; null for an unknown metric.</summary>
    MetricSeries? FindMetric(string name);

    /// <summary>Returns the artifacts by path.</summary>
    IReadOnlyList<Artifact> ListArtifacts();

    /// <summary>Opens an artifact; null when it is missing, is no file, or a link is on its path. The stream can seek.</summary>
    Stream? OpenArtifact(string path);

    /// <summary>Opens the log of the command; null where it is missing. The stream can seek.</summary>
    Stream? OpenLog();

    /// <summary>Gets why the images of the dataset cannot be shown; null when they can.</summary>
    string? ImagesFault { get; }

    /// <summary>Opens an image of the dataset; null when it is missing, or a link is on its path.</summary>
    Stream? OpenImage(string file);

    /// <summary>Returns what Check-Data wrote about the dataset.</summary>
    /// <returns>Either the content of <c>data.json</c> or why it is unknown, as a sentence.</returns>
    (JsonNode? Data, string? Fault) ReadDataCheck();
}
