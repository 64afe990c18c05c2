namespace CodeHosts.Facts;

/// <summary>The account that asks.</summary>
/// <param name="Name">Its name, from outside.</param>
/// <param name="Permission">What it may do, as the host says.</param>
/// <param name="IsBot">Whether it is a program.</param>
public sealed record Requester(string Name, Permission Permission, bool IsBot = false);
