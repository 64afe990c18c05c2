using Azure.Core;

namespace Workspaces.SignIn;

/// <summary>Result of checking one credential source.</summary>
internal abstract record CredentialProbe
{
    private CredentialProbe() { }

    /// <summary>The source is not configured.</summary>
    /// <param name="Reason">The missing part, as the end of a line.</param>
    internal sealed record Missing(string Reason) : CredentialProbe;

    /// <summary>The source is configured wrongly. No other source may replace it.</summary>
    internal sealed record Faulty(string Message) : CredentialProbe;

    /// <summary>The source is configured and can be tried.</summary>
    /// <param name="Description">For the log and for messages.</param>
    /// <param name="Create">Creates the credential. Its libraries are loaded only then.</param>
    internal sealed record Ready(CredentialDescription Description, Func<TokenCredential> Create) : CredentialProbe
    {
        /// <summary>
        /// Checks by a request, before <see cref="Create"/>, whether the source exists. Returns the reason when it does not, otherwise
        /// null.
        /// </summary>
        public Func<CancellationToken, Task<string?>>? ConfirmAsync { get; init; }

        /// <summary>
        /// Gets the reason to show when the credential is unavailable and the next source is tried; null when the next source must not be
        /// tried.
        /// </summary>
        public string? WhenUnavailable { get; init; }
    }
}
