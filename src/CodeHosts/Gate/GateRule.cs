namespace CodeHosts.Gate;

/// <summary>One rule of the gate.</summary>
/// <param name="Name">Its name, which the decision carries.</param>
/// <param name="When">Its condition, in the words of the documentation.</param>
/// <param name="Decision">Its decision.</param>
/// <param name="Reason">Returns the reason; null when the rule does not apply.</param>
public sealed record GateRule(string Name, string When, Decision Decision, Func<LaunchRequest, string?> Reason);
