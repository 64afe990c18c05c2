using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>
/// Holds the first value of a dictionary property. The member is sent once the caller has added an entry or cleared the dictionary,
/// and then also when it is empty, because that is how the service is asked to clear a map.
/// </summary>
internal sealed class UnsetDictionary<T> : IDictionary<string, T>
{
    private Dictionary<string, T>? entries;

    /// <summary>Gets whether the caller has changed nothing yet.</summary>
    public bool IsUnset => entries is null;

    public ICollection<string> Keys => entries?.Keys ?? (ICollection<string>)[];

    public ICollection<T> Values => entries?.Values ?? (ICollection<T>)[];

    public int Count => entries?.Count ?? 0;

    public bool IsReadOnly => false;

    private Dictionary<string, T> Entries => entries ??= new Dictionary<string, T>(StringComparer.Ordinal);

    public T this[string key]
    {
        get => entries is null ? throw new KeyNotFoundException($"The given key '{key}' was not present in the dictionary.") : entries[key];
        set => Entries[key] = value;
    }

    public void Add(string key, T value) => Entries.Add(key, value);

    public void Add(KeyValuePair<string, T> item) => Entries.Add(item.Key, item.Value);

    public void Clear() => Entries.Clear();

    public bool Contains(KeyValuePair<string, T> item) => entries?.Contains(item) ?? false;

    public bool ContainsKey(string key) => entries?.ContainsKey(key) ?? false;

    public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, T>>?)entries)?.CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => (entries ?? Enumerable.Empty<KeyValuePair<string, T>>()).GetEnumerator();

    public bool Remove(string key) => entries?.Remove(key) ?? false;

    public bool Remove(KeyValuePair<string, T> item) => ((ICollection<KeyValuePair<string, T>>?)entries)?.Remove(item) ?? false;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        return entries?.TryGetValue(key, out value) ?? false;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
