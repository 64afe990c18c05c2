namespace Cake.Docker;

/// <summary>Options of <c>docker login</c>.</summary>
public sealed class DockerRegistryLoginSettings : AutoToolSettings
{
    /// <summary>Written to the standard input of docker, never to its command line.</summary>
    public string? Password { get; set; }

    /// <summary>Has no effect of its own: the password always goes through standard input.</summary>
    public bool? PasswordStdin { get; set; }

    public string? Username { get; set; }
}
