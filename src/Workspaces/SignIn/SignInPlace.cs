using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Workspaces.Http;

namespace Workspaces.SignIn;

/// <summary>Where a sign-in takes place: all that it reads, asks or shows comes from here.</summary>
/// <param name="Say">Shows a line to the person who waits.</param>
internal sealed record SignInPlace(Action<string> Say)
{
    private static readonly string[] PipelineVariables = ["CI", "GITHUB_ACTIONS", "TF_BUILD"];

    // Values that must not come back in what a service says.
    private static readonly string[] SecretVariables =
    [
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_ACCESSTOKEN",
    ];

    public Func<string, string?> Environment { private get; init; } = System.Environment.GetEnvironmentVariable;

    public Func<string, bool> FileExists { get; init; } = File.Exists;

    public bool IsWindows { get; init; } = OperatingSystem.IsWindows();

    public bool IsLinux { get; init; } = OperatingSystem.IsLinux();

    /// <summary>Whether input and output are a terminal.</summary>
    public bool HasTerminal { get; init; } = !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>Folder of the user's own for this program; what lies there is no part of a repository. Empty: nothing is kept.</summary>
    public string ProfileFolder { get; init; } =
        ProfileOf(System.Environment.GetFolderPath(System.Environment.SpecialFolder.LocalApplicationData));

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Takes the place of the network; null: the network.</summary>
    public HttpPipelineTransport? Transport { get; init; }

    /// <summary>Time before a failed request is sent again, doubling each time; Azure.Core's 0.8 s when null.</summary>
    public TimeSpan? RetryDelay { get; init; }

    /// <summary>Whether Microsoft Entra is asked which hosts belong to it before a token is asked for.</summary>
    public bool DiscoversInstance { get; init; } = true;

    /// <summary>Keeps a person's token from one run to the next, where the system encrypts it.</summary>
    public Func<TokenCachePersistenceOptions?> TokenCache { get; init; } =
        () => new TokenCachePersistenceOptions { Name = "model-training" };

    /// <summary>Whether somebody is there to sign in by hand.</summary>
    public bool IsInteractive => HasTerminal && !PipelineVariables.Any(name => Variable(name) is not null);

    /// <summary>An environment variable; null when it is not set or empty.</summary>
    public string? Variable(string name) => Environment(name) is { Length: > 0 } value ? value : null;

    /// <summary>Whether a program is in a folder of PATH.</summary>
    public bool IsOnPath(string program) =>
        (Variable("PATH") ?? "")
            .Split(IsWindows ? ';' : ':', StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => FileExists(Path.Combine(folder, IsWindows ? program + ".cmd" : program)));

    /// <summary>A text from outside without any secret.</summary>
    public string Scrub(string text) =>
        Secrets.Scrub(
            SecretVariables
                .Select(Variable)
                .OfType<string>()
                .Aggregate(text, (scrubbed, secret) => scrubbed.Replace(secret, "***", StringComparison.Ordinal))
        );

    /// <summary>Options of a credential that sends its requests as this place does.</summary>
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
