namespace Reports.Records;

/// <summary>The cost of a run: an estimate at the retail price, without the customer's discounts.</summary>
/// <param name="Amount">In <paramref name="Currency"/>; at least 0.</param>
/// <param name="Currency">Such as USD.</param>
/// <param name="Basis">The figures of the computation, as one sentence.</param>
public sealed record ReportCost(decimal Amount, string Currency, string Basis);
