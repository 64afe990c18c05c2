using System.Text;
using System.Text.Json;
using Workspaces.DataPlane;
using Workspaces.Errors;

namespace Images.Registry;

/// <summary>
/// Finds the login of a registry that is not Azure's: in two variables, or in the configuration that <c>docker login</c> wrote.
/// </summary>
public static class DockerCredentials
{
    /// <summary>Variable with the user name, for pipelines.</summary>
    public const string NameVariable = "REGISTRY_USERNAME";

    /// <summary>Variable with the password, for pipelines.</summary>
    public const string PasswordVariable = "REGISTRY_PASSWORD";

    /// <summary>Finds the login of a registry.</summary>
    /// <param name="registry">Host, with its port when it has one.</param>
    /// <param name="isOwnRegistry">Whether it is the registry of the environment config.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <returns>Null when there is no login; requests are anonymous then.</returns>
    /// <remarks>
    /// The variables belong to the registry of the environment config and are not sent to any other. Credential helpers are not used.
    /// </remarks>
    /// <exception cref="WorkspaceException">Docker's configuration cannot be read.</exception>
    public static RegistryLogin? Find(string registry, bool isOwnRegistry, Func<string, string?> variable)
    {
        ArgumentException.ThrowIfNullOrEmpty(registry);
        ArgumentNullException.ThrowIfNull(variable);
        if (isOwnRegistry && variable(NameVariable) is { Length: > 0 } name && variable(PasswordVariable) is { Length: > 0 } password)
            return new RegistryLogin(name, password);

        var file = Path.Combine(Folder(variable), "config.json");
        return File.Exists(file) ? Read(file, registry) : null;
    }

    /// <summary>Gets the folder of the docker client's configuration.</summary>
    public static string Folder(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable("DOCKER_CONFIG") is { Length: > 0 } folder
            ? folder
            : Path.Combine(variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
    }

    private static RegistryLogin? Read(string file, string registry)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (
                !json.RootElement.TryGetProperty("auths", out var all)
                || all.ValueKind != JsonValueKind.Object
                || !(all.TryGetProperty(registry, out var found) || all.TryGetProperty($"https://{registry}", out found))
                || found.Text("auth") is not { Length: > 0 } encoded
            )
            {
                return null;
            }

            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).Split(':', 2);
            return pair is [{ Length: > 0 } name, { Length: > 0 } password] ? new RegistryLogin(name, password) : null;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw new WorkspaceException($"{file} cannot be read: {error.Message} Sign in again: docker login {registry}");
        }
    }
}
