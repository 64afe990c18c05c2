using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Engines;
using WorkspaceEmulator.Registry;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Containers.Images;

/// <summary>
/// Finds the credentials for a registry: a refresh token of the emulator's token service where that serves the registry, else what
/// <c>docker login</c> left in the user's <c>config.json</c>. Credential helpers are not used.
/// </summary>
internal sealed class RegistryCredentials(RegistrySettings settings, RegistryTokens tokens)
{
    // Docker's own client stores Docker Hub under this name.
    private const string DockerHubKey = "https://index.docker.io/v1/";

    /// <summary>Gets the folder of <c>config.json</c>.</summary>
    public string ConfigurationFolder { get; init; } =
        Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");

    /// <summary>Returns the value of <c>X-Registry-Auth</c>; null when there are no credentials.</summary>
    public string? Find(string registry) => FindEntry(registry) is { } entry ? Encode(entry) : null;

    /// <summary>Returns the value of <c>X-Registry-Config</c>: the credentials of all registries, for the base images of a build.</summary>
    public string FindAll()
    {
        var known = new JsonObject();
        IEnumerable<string> registries = ReadEntries()?.Select(entry => entry.Key) ?? [];
        foreach (var registry in registries.Append(settings.Service).OfType<string>())
        {
            if (FindEntry(registry == DockerHubKey ? ImageReference.DockerHub : registry) is { } entry)
                known[registry] = entry;
        }

        return Encode(known);
    }

    private JsonObject? FindEntry(string registry)
    {
        if (settings.Service == registry)
        {
            return new()
            {
                ["username"] = RegistryTokens.RefreshTokenUser,
                ["password"] = tokens.IssueRefreshToken(registry),
                ["serveraddress"] = registry,
            };
        }

        if (ReadEntries() is not { } entries)
            return null;
        var entry = entries.Object(registry == ImageReference.DockerHub ? DockerHubKey : registry) ?? entries.Object($"https://{registry}");
        if (entry.Text("identitytoken") is { Length: > 0 } identity)
            return new() { ["identitytoken"] = identity, ["serveraddress"] = registry };
        if (entry.Text("auth") is not { Length: > 0 } pair || !Base64.IsValid(pair))
            return null;
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(pair));
        return text.Split(':', 2) is [var user, var password]
            ? new()
            {
                ["username"] = user,
                ["password"] = password,
                ["serveraddress"] = registry,
            }
            : null;
    }

    private JsonObject? ReadEntries()
    {
        var file = Path.Combine(ConfigurationFolder, "config.json");
        return File.Exists(file) ? Parse(file).Object("auths") : null;
    }

    private static JsonNode? Parse(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file));
        }
        catch (JsonException error)
        {
            throw new ImageException($"{file} is not JSON ({error.Message}); correct it, or sign in again with `docker login`.", error);
        }
    }

    private static string Encode(JsonObject json)
    {
        var text = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
        return text.PadRight((text.Length + 3) / 4 * 4, '='); // The engine reads only the padded form of the URL alphabet.
    }
}
