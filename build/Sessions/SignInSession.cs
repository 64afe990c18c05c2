using Cake.Core;
using Cake.Core.Diagnostics;
using Workspaces.Errors;
using Workspaces.SignIn;

namespace Build.Stages;

/// <summary>The sign-ins of a run to Azure, one for each tenant: what gave the workspace a token gives the registry its own. Nothing happens before one is asked for.</summary>
public sealed class SignInSession(ICakeArguments arguments, ICakeLog log)
{
    private readonly Dictionary<string, ChosenCredential> made = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What <c>--credential</c> names; null when it is not given.</summary>
    private string? Name => arguments.GetArguments("credential").LastOrDefault() is { Length: > 0 } name ? name : null;

    /// <summary>Refuses a <c>--credential</c> that is none, before anything is done.</summary>
    /// <exception cref="WorkspaceException">Lists those there are.</exception>
    public void CheckArgument() => ChosenCredential.CheckName(Name);

    /// <summary>The sign-in to a tenant.</summary>
    /// <param name="tenantId">Tenant of the environment config; null leaves it to the credential.</param>
    public ChosenCredential To(string? tenantId)
    {
        if (!made.TryGetValue(tenantId ?? "", out var signIn))
            made[tenantId ?? ""] = signIn = new ChosenCredential(tenantId, Name, text => log.Information("{0}", text));
        return signIn;
    }
}
