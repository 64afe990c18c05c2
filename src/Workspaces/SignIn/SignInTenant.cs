namespace Workspaces.SignIn;

/// <summary>Which tenant to sign in to: that of the environment config, and a variable may not say otherwise.</summary>
internal static class SignInTenant
{
    /// <summary>Decides between the environment config and a variable.</summary>
    /// <returns>The tenant, null when none of them names one; or why the two cannot both be right.</returns>
    public static (string? Tenant, SignInProspect.Faulty? Fault) Decide(SignInPlace place, string? configured, string variable)
    {
        var named = place.Variable(variable);
        if (configured is null || named is null || string.Equals(configured, named, StringComparison.OrdinalIgnoreCase))
            return (configured ?? named, null);
        // A tenant has an id and domain names; one of each cannot be compared here.
        if (Guid.TryParse(configured, out _) != Guid.TryParse(named, out _))
            return (configured, null);
        return (
            null,
            new SignInProspect.Faulty(
                $"{variable} is {named}; it must be {configured}, as AML_TENANT_ID in the environment config says. Correct the one that is wrong, or leave {variable} unset."
            )
        );
    }

    /// <summary>What is missing when no tenant is named.</summary>
    public static SignInProspect.Missing Missing(string variable) =>
        new($"no tenant is named: neither AML_TENANT_ID in the environment config nor {variable}");
}
