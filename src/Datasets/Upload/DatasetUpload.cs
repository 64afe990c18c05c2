namespace Datasets.Upload;

/// <summary>The result of an upload.</summary>
/// <param name="Files">Files of the dataset.</param>
/// <param name="Sent">Files that were uploaded because they were missing or differed.</param>
/// <param name="SentBytes">Bytes of the uploaded files.</param>
public sealed record DatasetUpload(int Files, int Sent, long SentBytes);
