using Azure;

namespace Workspaces.Errors;

/// <summary>Reads a resource that may be missing.</summary>
internal static class Lookup
{
    /// <returns>The resource; null when the service responds 404.</returns>
    public static async Task<T?> GetOrNullAsync<T>(Func<Task<Response<T>>> get)
        where T : class
    {
        try
        {
            return (await get()).Value;
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            return null;
        }
    }
}
