using Build.CommandLine;
using Build.CommandLine.Groups;
using Cake.Core.Diagnostics;
using Workspaces.SignIn;

namespace Build.Sessions;

/// <summary>
/// The sign-ins of a run to Azure, one per tenant: workspace and registry share the tokens. Nothing is requested before the first use.
/// </summary>
public sealed class SignInSession(CommandArguments arguments, ICakeLog log)
{
    private readonly Dictionary<string, ChosenCredential> made = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the sign-in to a tenant.</summary>
    /// <param name="tenantId">The tenant of the environment config; null leaves the choice to the credential.</param>
    public ChosenCredential To(string? tenantId)
    {
        if (!made.TryGetValue(tenantId ?? "", out var signIn))
        {
            made[tenantId ?? ""] = signIn = new ChosenCredential(tenantId, arguments.Get(SignInArguments.Credential), text =>
                log.Information("{0}", text)
            );
        }

        return signIn;
    }
}
