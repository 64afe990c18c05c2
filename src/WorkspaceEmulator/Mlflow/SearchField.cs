namespace WorkspaceEmulator.Mlflow;

/// <summary>Describes what a search compares and sorts by.</summary>
/// <param name="Value">Reads it from an item: a text, a number, or null when the item has none.</param>
/// <param name="IsNumber">Whether it is compared with numbers.</param>
/// <param name="Operators">The comparisons that Azure ML accepts for it.</param>
/// <param name="IsSortable">Whether Azure ML sorts by it.</param>
internal sealed record SearchField<T>(Func<T, object?> Value, bool IsNumber, IReadOnlyList<string> Operators, bool IsSortable = true)
{
    public static SearchField<T> Text(Func<T, string?> value) => new(value, false, ["=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"]);

    public static SearchField<T> Number(Func<T, double?> value) => new(item => value(item), true, ["=", "!=", ">", ">=", "<", "<="]);
}
