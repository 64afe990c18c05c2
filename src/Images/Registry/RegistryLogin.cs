namespace Images.Registry;

/// <summary>Holds user name and password of a registry, for <c>docker login</c>.</summary>
/// <param name="Name">User name; <see cref="AzureUser"/> when the password is a refresh token of an Azure registry.</param>
/// <param name="Password">Secret: never on a command line, in a file or in a message.</param>
public sealed record RegistryLogin(string Name, string Password)
{
    /// <summary>The user name that tells an Azure registry that the password is one of its refresh tokens.</summary>
    public const string AzureUser = "00000000-0000-0000-0000-000000000000";

    /// <summary>Returns only the name, because a record would print the password too.</summary>
    public override string ToString() => Name;
}
