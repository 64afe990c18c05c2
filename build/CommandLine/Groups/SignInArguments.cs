using Workspaces.SignIn;

namespace Build.CommandLine.Groups;

/// <summary>The arguments of targets that may sign in to Azure.</summary>
public sealed class SignInArguments() : ArgumentGroup(Credential)
{
    public static readonly Argument<string?> Credential = Arguments.Text(
        "credential",
        "NAME",
        "how to sign in to Azure; default the first way that is configured, see docs/identity.md",
        Check
    );

    private static void Check(string name)
    {
        if (!ChosenCredential.Names.Contains(name, StringComparer.Ordinal))
        {
            throw new FormatException(
                $"one of {string.Join(", ", ChosenCredential.Names)}, or be left out for the first that is configured"
            );
        }
    }
}
