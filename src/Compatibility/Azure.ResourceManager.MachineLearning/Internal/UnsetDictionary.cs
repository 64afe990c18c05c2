namespace Azure.ResourceManager.MachineLearning;

/// <summary>
/// The first value of a dictionary property. While it is empty the member is not sent; an empty dictionary that
/// the caller assigned is sent, because that is how a map is cleared.
/// </summary>
internal sealed class UnsetDictionary<T>() : Dictionary<string, T>(StringComparer.Ordinal);
