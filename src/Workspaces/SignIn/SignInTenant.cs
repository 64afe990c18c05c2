namespace Workspaces.SignIn;

/// <summary>Determines the tenant to sign in to. A variable must not contradict the environment config.</summary>
internal static class SignInTenant
{
    /// <summary>Compares the tenants of the environment config and of a variable.</summary>
    /// <returns>The tenant, null when neither names one; or the fault when the two contradict each other.</returns>
    public static (string? Tenant, CredentialProbe.Faulty? Fault) Decide(SignInEnvironment environment, string? configured, string variable)
    {
        var named = environment.Variable(variable);
        if (configured is null || named is null || string.Equals(configured, named, StringComparison.OrdinalIgnoreCase))
            return (configured ?? named, null);
        // A tenant has an id and domain names. An id cannot be compared with a domain name here.
        if (Guid.TryParse(configured, out _) != Guid.TryParse(named, out _))
            return (configured, null);
        return (
            null,
            new CredentialProbe.Faulty(
                $"{variable} is {named}; it must be {configured}, as AML_TENANT_ID in the environment config says. Correct the "
                    + $"one that is wrong, or leave {variable} unset."
            )
        );
    }

    /// <summary>Creates the result for a source without a tenant.</summary>
    public static CredentialProbe.Missing Missing(string variable) =>
        new($"no tenant is named: neither AML_TENANT_ID in the environment config nor {variable}");
}
