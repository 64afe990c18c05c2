using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Workspaces.Http;

namespace Workspaces.SignIn;

/// <summary>Everything that a sign-in reads from its surroundings or shows: variables, files, terminal, clock and network.</summary>
/// <param name="Say">Shows one line to the user.</param>
internal sealed record SignInEnvironment(Action<string> Say)
{
    private static readonly string[] PipelineVariables = ["CI", "GITHUB_ACTIONS", "TF_BUILD"];

    // Variables whose values must not appear in a message, even when a service repeats them.
    private static readonly string[] SecretVariables =
    [
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_ACCESSTOKEN",
    ];

    public Func<string, string?> Variables { private get; init; } = System.Environment.GetEnvironmentVariable;

    public Func<string, bool> FileExists { get; init; } = File.Exists;

    public bool IsWindows { get; init; } = OperatingSystem.IsWindows();

    public bool IsLinux { get; init; } = OperatingSystem.IsLinux();

    /// <summary>Whether input and output are both a terminal.</summary>
    public bool HasTerminal { get; init; } = !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>The user's folder for this program, outside any repository. Empty: nothing is kept.</summary>
    public string ProfileFolder { get; init; } =
        ProfileOf(System.Environment.GetFolderPath(System.Environment.SpecialFolder.LocalApplicationData));

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Replaces the network in tests; null: the network.</summary>
    public HttpPipelineTransport? Transport { get; init; }

    /// <summary>Delay before each retry of a failed request; null: Azure.Core's default, 0.8 s, which doubles with each retry.</summary>
    public TimeSpan? RetryDelay { get; init; }

    /// <summary>Whether the credential asks Microsoft Entra which hosts belong to it before it requests a token.</summary>
    public bool DiscoversInstance { get; init; } = true;

    /// <summary>Creates the options of the store that keeps a person's token for later runs, where the system encrypts it.</summary>
    public Func<TokenCachePersistenceOptions?> TokenCache { get; init; } =
        () => new TokenCachePersistenceOptions { Name = "model-training" };

    /// <summary>Whether a person can sign in by hand: there is a terminal, outside a pipeline.</summary>
    public bool IsInteractive => HasTerminal && !PipelineVariables.Any(name => Variable(name) is not null);

    /// <summary>Gets an environment variable; null when it is unset or empty.</summary>
    public string? Variable(string name) => Variables(name) is { Length: > 0 } value ? value : null;

    /// <summary>Returns whether a folder of PATH holds the program.</summary>
    public bool IsOnPath(string program) =>
        (Variable("PATH") ?? "")
            .Split(IsWindows ? ';' : ':', StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => FileExists(Path.Combine(folder, IsWindows ? program + ".cmd" : program)));

    /// <summary>Returns the text without secrets.</summary>
    public string Scrub(string text) =>
        Secrets.Scrub(
            SecretVariables
                .Select(Variable)
                .OfType<string>()
                .Aggregate(text, (scrubbed, secret) => scrubbed.Replace(secret, "***", StringComparison.Ordinal))
        );

    /// <summary>Sets the tracking, transport and retry delay of a credential's options.</summary>
    public T Options<T>(T options)
        where T : TokenCredentialOptions
    {
        options.AddPolicy(new RequestTracker(), HttpPipelinePosition.PerCall);
        if (Transport is not null)
            options.Transport = Transport;
        if (RetryDelay is { } delay)
        {
            options.Retry.Delay = delay;
            options.Retry.MaxDelay = delay;
        }

        return options;
    }

    private static string ProfileOf(string folder) => folder.Length == 0 ? "" : Path.Combine(folder, "model-training");
}
