using Azure.Identity;

namespace Workspaces.Errors;

/// <summary>
/// A configured credential gave no token. The message can be shown as it is and holds no secret. There is no inner exception, which might
/// hold one.
/// </summary>
internal sealed class SignInException(string message, bool isTransient) : AuthenticationFailedException(message)
{
    /// <summary>Gets whether the same request may succeed a little later.</summary>
    public bool IsTransient { get; } = isTransient;
}
