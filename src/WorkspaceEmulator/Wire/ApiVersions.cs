using Microsoft.AspNetCore.Http.HttpResults;
using WorkspaceEmulator.Wire.Errors;

namespace WorkspaceEmulator.Wire;

/// <summary>
/// Lists the api-versions that an ARM request may name. They do not differ in what is emulated. Microsoft's JavaScript SDK uses 2022-10-01.
/// </summary>
internal static class ApiVersions
{
    public static readonly string[] Supported =
    [
        "2022-10-01",
        "2024-04-01",
        "2024-10-01",
        "2025-04-01",
        "2025-06-01",
        "2025-09-01",
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
                $"The api-version '{version}' is not supported. The supported versions are '{string.Join(',', supported)}'.",
                "InvalidApiVersionParameter"
            );
    }
}
