namespace Reports.Records;

/// <summary>What a run cost: an estimate at the retail price, without the customer's discounts.</summary>
/// <param name="Amount">In <paramref name="Currency"/>; at least 0.</param>
/// <param name="Currency">Such as USD.</param>
/// <param name="Basis">From what the amount was computed, as one sentence.</param>
public sealed record ReportCost(decimal Amount, string Currency, string Basis);
