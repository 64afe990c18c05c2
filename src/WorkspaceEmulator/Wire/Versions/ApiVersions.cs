using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Wire.Versions;

/// <summary>
/// Lists the api-versions that an ARM request may name: the stable ones and the previews that were published since 2022.
/// <see cref="VersionShapes"/> says where they differ in what is emulated.
/// </summary>
internal static class ApiVersions
{
    public static readonly string[] Supported =
    [
        "2022-01-01-preview",
        "2022-02-01-preview",
        "2022-05-01",
        "2022-06-01-preview",
        "2022-10-01",
        "2022-10-01-preview",
        "2022-12-01-preview",
        "2023-02-01-preview",
        "2023-04-01",
        "2023-04-01-preview",
        "2023-06-01-preview",
        "2023-08-01-preview",
        "2023-10-01",
        "2024-01-01-preview",
        "2024-04-01",
        "2024-04-01-preview",
        "2024-07-01-preview",
        "2024-10-01",
        "2024-10-01-preview",
        "2025-01-01-preview",
        "2025-04-01",
        "2025-04-01-preview",
        "2025-06-01",
        "2025-07-01-preview",
        "2025-09-01",
        "2025-10-01-preview",
        "2025-12-01",
        "2026-03-01",
        "2026-05-01",
    ];

    /// <summary>Returns the response that refuses a request for its api-version; null when the api-version is supported.</summary>
    public static JsonHttpResult<ArmErrorResponse>? Check(HttpRequest request, IReadOnlyCollection<string> supported)
    {
        var version = request.Query["api-version"].ToString();
        if (version.Length == 0)
        {
            return ArmErrors.BadRequest(
                "The api-version query parameter (?api-version=) is required for all requests.",
                "MissingApiVersionParameter"
            );
        }

        return supported.Contains(version, StringComparer.Ordinal)
            ? null
            : ArmErrors.BadRequest(
                $"No registered resource provider found for location '' and API version '{version}' for type '{TypeOf(request)}'. The "
                    + $"supported api-versions are '{string.Join(", ", supported)}'.",
                "NoRegisteredProviderFound"
            );
    }

    // The names of types alternate with the names of resources after the provider.
    private static string TypeOf(HttpRequest request)
    {
        var parts = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var provider = Array.FindLastIndex(parts, part => part.StartsWith("Microsoft.", StringComparison.OrdinalIgnoreCase));
        return string.Join('/', parts.Skip(provider + 1).Where((_, number) => number % 2 == 0));
    }
}
