using Azure.Identity;

namespace Workspaces.Errors;

/// <summary>A credential that is configured did not give a token. The message is ready to be shown; it holds no secret, and there is no inner exception, which might.</summary>
internal sealed class SignInException(string message, bool isTransient) : AuthenticationFailedException(message)
{
    /// <summary>True when the same may well succeed a little later.</summary>
    public bool IsTransient { get; } = isTransient;
}
