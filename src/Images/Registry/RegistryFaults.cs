using Azure;
using Azure.Identity;
using Workspaces.Errors;
using Workspaces.Http;

namespace Images.Registry;

/// <summary>Converts the exceptions of a registry's clients to a <see cref="WorkspaceException"/> that says what to do.</summary>
internal static class RegistryFaults
{
    /// <summary>Converts an exception.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="connection">The registry.</param>
    /// <param name="right">The permission that the call needs: <c>read</c>, <c>write</c> or <c>delete</c>.</param>
    /// <param name="cancellationToken">A cancellation of this token is not a fault of the registry.</param>
    /// <returns>Null for an exception that no registry caused.</returns>
    public static WorkspaceException? Describe(
        Exception error,
        RegistryConnection connection,
        string right,
        CancellationToken cancellationToken
    ) =>
        error switch
        {
            OperationCanceledException when cancellationToken.IsCancellationRequested => null,
            AggregateException { InnerExceptions: [.., var last] } => Describe(last, connection, right, cancellationToken),
            RequestFailedException { Status: > 0 } failed => Refused(failed, connection, right),
            AuthenticationFailedException failed => ServiceErrors.Describe(failed),
            RequestFailedException or IOException or HttpRequestException or OperationCanceledException => new WorkspaceException(
                $"Registry {connection.Registry} does not respond: "
                    + $"{Secrets.Scrub(ServiceErrors.FirstLine(error.GetBaseException().Message)).TrimEnd('.')}. "
                    + "REGISTRY in the environment config names it; start it, or correct the address."
            ),
            _ => null,
        };

    private static WorkspaceException Refused(RequestFailedException failed, RegistryConnection connection, string right)
    {
        var (code, said) = failed.GetRawResponse() is { } response ? ErrorBody.Read(response) : (failed.ErrorCode, null);
        code ??= failed.ErrorCode;
        // The clients write the request line themselves; an exception of a policy carries the request.
        var line = ServiceErrors.FirstLine(failed.Message);
        if (!line.Contains(" returned ", StringComparison.Ordinal))
        {
            var reason = string.Join(": ", new[] { code, said }.Where(part => !string.IsNullOrEmpty(part)));
            var request = RequestTracker.RequestLineOf(failed.GetRawResponse()) ?? RequestTracker.RequestLineOf(failed) ?? "The request";
            line = $"{request} returned {failed.Status}: {(reason.Length > 0 ? reason : "no reason given")}";
        }

        var network = Remedies.Network(
            new ErrorResponse(
                new TrackedRequest("", connection.Endpoint, line, 1),
                failed.Status,
                code,
                $"{said} {line}",
                Location: null,
                IsWebPage: false,
                RetryAfter: null
            )
        );
        var remedy = failed.Status switch
        {
            _ when network is not null => $" {network}",
            401 or 403 when connection.Credential is not null =>
                $" Your identity may not {right} {connection.Repository} in {connection.Registry}; "
                    + $"it must have the role {RoleFor(right)} there.",
            401 or 403 when connection.Login is { } login =>
                $" {login.Name} may not {right} {connection.Repository} in {connection.Registry}, or the password is wrong.",
            401 or 403 => $" Without a sign-in nobody may {right} {connection.Repository} in {connection.Registry}; "
                + $"sign in with `docker login {connection.Registry}`, "
                + $"or set {DockerCredentials.NameVariable} and {DockerCredentials.PasswordVariable}.",
            405 when right == "delete" => $" {connection.Registry} does not delete; "
                + "its owner must enable deletion (REGISTRY_STORAGE_DELETE_ENABLED=true for the CNCF registry).",
            _ => "",
        };
        return new WorkspaceException(
            Secrets.Scrub(line) + (remedy.Length > 0 && !line.EndsWith('.') ? "." : "") + remedy,
            failed.Status,
            code
        );
    }

    private static string RoleFor(string right) =>
        right switch
        {
            "read" => "AcrPull",
            "delete" => "AcrDelete",
            _ => "AcrPush",
        };
}
