namespace CodeHosts.Facts;

/// <summary>The account that requests a run.</summary>
/// <param name="Name">Its name, from outside.</param>
/// <param name="Permission">Its permission, as the host says.</param>
/// <param name="IsBot">Whether it is a bot.</param>
public sealed record Requester(string Name, Permission Permission, bool IsBot = false);
