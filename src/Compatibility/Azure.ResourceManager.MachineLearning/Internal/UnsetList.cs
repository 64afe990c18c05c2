using System.Collections.ObjectModel;

namespace Azure.ResourceManager.MachineLearning;

/// <summary>Holds the first value of a list property. Like <see cref="UnsetDictionary{T}"/>, it is sent once it has been changed.</summary>
internal sealed class UnsetList<T> : Collection<T>
{
    /// <summary>Gets whether the caller has changed nothing yet.</summary>
    public bool IsUnset { get; private set; } = true;

    protected override void ClearItems()
    {
        IsUnset = false;
        base.ClearItems();
    }

    protected override void InsertItem(int index, T item)
    {
        IsUnset = false;
        base.InsertItem(index, item);
    }
}
