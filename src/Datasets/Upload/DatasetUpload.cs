namespace Datasets.Upload;

/// <summary>What an upload did.</summary>
/// <param name="Files">Files of the dataset.</param>
/// <param name="Sent">Files that were missing or differed.</param>
/// <param name="SentBytes">Bytes of those.</param>
public sealed record DatasetUpload(int Files, int Sent, long SentBytes);
