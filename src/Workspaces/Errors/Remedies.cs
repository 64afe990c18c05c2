using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Workspaces.Errors;

/// <summary>Finds the fix for an error response: a setting to change, or a command to paste.</summary>
internal static partial class Remedies
{
    // The first matching rule wins; order from specific to general.
    private static readonly Func<ErrorResponse, string?>[] Rules =
    [
        WebPage,
        Redirection,
        Proxy,
        NotEmulated,
        ApiVersion,
        Subscription,
        MissingWorkspace,
        Network,
        Quota,
        NameTaken,
        Tenant,
        Token,
        Signature,
        Permission,
        Throttling,
    ];

    /// <returns>Whole sentences; null when no rule knows more than the service's own message.</returns>
    public static string? Find(ErrorResponse response) =>
        Array.ConvertAll(Rules, rule => rule(response)).FirstOrDefault(remedy => remedy is not null);

    /// <summary>Finds the fix for a request that got no response.</summary>
    public static string? FindForNoResponse(Uri? address, Exception error)
    {
        if (
            address is null
            || error.GetBaseException()
                is not SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }
        )
        {
            return null;
        }

        return PrivateLinkNames().IsMatch(address.Host)
            ? $"{address.Host} cannot be resolved here; behind a private endpoint it must be resolved from its own network, where "
                + $"`nslookup {address.Host}` gives a name under privatelink. Run this on an agent in that network or through its "
                + "VPN; anywhere else check the network and HTTPS_PROXY."
            : $"{address.Host} cannot be resolved here; this machine must be on a network that resolves it (`nslookup "
                + $"{address.Host}`). Check the network, HTTPS_PROXY, and the address in the environment config.";
    }

    /// <summary>Explains a refusal by a firewall: the resource does not allow this network.</summary>
    public static string? Network(ErrorResponse response)
    {
        var isRefused =
            response.Is(
                "PublicNetworkAccessDisabled",
                "ForbiddenByConnection",
                "ForbiddenByFirewall",
                "ForbiddenByRbacAndFirewall",
                "NetworkAclsViolation"
            )
            || (response.Is("AuthorizationFailure") && PrivateLinkNames().IsMatch(response.Host))
            || response.Says(
                "public network access",
                "private endpoint",
                "private link",
                "aka.ms/acr/firewall",
                "client address is not authorized"
            );
        if (response.Status != 403 || !isRefused)
            return null;

        var address = ClientAddress().Match(response.Text) is { Success: true } match ? match.Groups["address"].Value : "<address>";
        var name = response.Host.Split('.')[0];
        var (what, command) = response switch
        {
            { WorkspaceId: { } id } => (
                $"Workspace '{id.Split('/')[^1]}'",
                $"az ml workspace update --ids {id} --public-network-access Enabled"
            ),
            { Host: var host } when host.EndsWith(".azurecr.io", StringComparison.OrdinalIgnoreCase) => (
                $"Registry '{name}'",
                $"az acr network-rule add --name {name} --ip-address {address}"
            ),
            { Host: var host } when host.Contains(".vault.", StringComparison.OrdinalIgnoreCase) => (
                $"Key vault '{name}'",
                $"az keyvault network-rule add --name {name} --ip-address {address}"
            ),
            { Host: var host }
                when host.Contains(".blob.", StringComparison.OrdinalIgnoreCase)
                    || host.Contains(".file.", StringComparison.OrdinalIgnoreCase) => (
                $"Storage account '{name}'",
                $"az storage account network-rule add --account-name {name} --ip-address {address}"
            ),
            _ => (response.Host, null),
        };
        return $"{what} refuses requests from this network; it must be reached from a network that it allows. Run this on an agent "
            + "in its private network or through its VPN"
            + (command is null ? "." : $", or allow this machine: `{command}`.");
    }

    private static string? WebPage(ErrorResponse response) =>
        response.IsWebPage && response.Status is (>= 200 and < 300) or 403 or 502 or 503
            ? $"A web page came back in place of a response of {response.Host}; the service itself must respond. Is a proxy or a "
                + "sign-in page in between? Check HTTPS_PROXY and NO_PROXY (`env | grep -i proxy`)."
            : null;

    private static string? Redirection(ErrorResponse response) =>
        response.Status is >= 300 and < 400
            ? $"{response.Host} redirects this request to {response.Location?.Host ?? "nowhere"}; the service itself must "
                + "respond. Is a proxy or a sign-in page in between, or the ENDPOINT of the environment config wrong? Check "
                + "HTTPS_PROXY and NO_PROXY (`env | grep -i proxy`)."
            : null;

    private static string? Proxy(ErrorResponse response) =>
        response.Status == 407
            ? "The proxy requires authentication; HTTPS_PROXY must hold a user and a password, or NO_PROXY the name of the service."
            : null;

    private static string? NotEmulated(ErrorResponse response) =>
        response.Status == 501 && response.Request?.Address.IsLoopback == true
            ? "The emulator does not support this; docs/emulator.md lists what it supports."
            : null;

    private static string? ApiVersion(ErrorResponse response) =>
        response.Is("InvalidApiVersionParameter", "UnsupportedApiVersion", "NoRegisteredProviderFound", "ApiVersionNotSupported")
            ? $"{response.Host} does not support this project's api-version; it must be Azure's public cloud (`az cloud show "
                + "--query name` says AzureCloud), or an emulator of this checkout (`dotnet cake --target=Stop-Emulator` lets the "
                + "next run start one)."
            : null;

    private static string? Subscription(ErrorResponse response)
    {
        var subscription = response.NameIn("subscriptions");
        if (response.Is("ReadOnlyDisabledSubscription", "SubscriptionDisabled", "DisabledSubscription"))
        {
            return $"Subscription '{subscription}' is disabled; AML_SUBSCRIPTION_ID must name one that is not: `az account list "
                + "--query \"[?state=='Enabled'].[name, id]\" --output table`. Its owner can enable it again.";
        }

        return response.Is("MissingSubscriptionRegistration")
            ? $"Subscription '{subscription}' is not registered for Azure Machine Learning; it must be registered once: `az "
                + $"provider register --namespace Microsoft.MachineLearningServices --subscription {subscription} --wait`."
            : null;
    }

    private static string? MissingWorkspace(ErrorResponse response)
    {
        // A 404 may mean the requested resource. This rule covers only the workspace and what contains it.
        if (response.Status != 404 || response.WorkspaceId is not { } id)
            return null;

        var names = id.Split('/');
        var key = response.Code switch
        {
            "SubscriptionNotFound" or "InvalidSubscriptionId" => "AML_SUBSCRIPTION_ID",
            "ResourceGroupNotFound" => "AML_RESOURCE_GROUP",
            // On the workspace itself, any other 404 means that it does not exist.
            _ when response.Path.Length == id.Length
                    || response.Is("ParentResourceNotFound", "WorkspaceNotFound")
                    || response.Says($"'Microsoft.MachineLearningServices/workspaces/{names[^1]}'") => "AML_WORKSPACE_NAME",
            _ => null,
        };
        return key is null
            ? null
            : $"Workspace '{names[^1]}' in resource group '{names[4]}' of subscription '{names[2]}' does not exist; {key} of the "
                + $"environment config must name one that exists (`az ml workspace list --subscription {names[2]}` shows them).";
    }

    private static string? Quota(ErrorResponse response) =>
        response.Is(
            "QuotaExceeded",
            "ClusterMinNodesExceedCoreQuota",
            "ClusterCoreQuotaReached",
            "CoreQuotaExceeded",
            "AmlComputeQuotaExceeded"
        ) || (response.Is("OperationNotAllowed", "BadRequest", "UserError") && response.Says("quota"))
            ? "The subscription has too little quota left; it must cover all nodes that are requested at once. Request fewer "
                + "(NODES, COMPUTE.MIN_NODES) or another COMPUTE.VM_SIZE, set COMPUTE.PRIORITY to LowPriority, which has its own quota, "
                + "or request more at https://ml.azure.com/quota; `az ml compute list-usage --location <region>` shows what is used."
            : null;

    private static string? NameTaken(ErrorResponse response)
    {
        if (
            response.Status != 409
            && !(response.Status == 400 && response.Says("already exists", "already in use", "name is not available"))
        )
        {
            return null;
        }

        if (response.Says("in progress", "being updated", "being deleted", "is deleting", "is updating"))
            return "Another operation is changing this resource; it must finish first. Run the same command again in a few minutes.";

        return (response.NameIn("jobs"), response.NameIn("computes"), response.NameIn("datastores"), response.NameIn("environments")) switch
        {
            ({ } job, _, _, _) =>
                $"Job '{job}' already exists with other content; a job's content cannot change. Choose another with --name, or "
                    + $"leave --name out: the plan then names each attempt. `az ml job show --name {job}` shows the existing one.",
            (_, { } compute, _, _) =>
                $"The name '{compute}' belongs to a compute that this request cannot change; COMPUTE_NAME must name an "
                    + $"AmlCompute cluster of the workspace, or one that does not exist. `az ml compute show --name {compute}` "
                    + "shows the existing one.",
            (_, _, { } datastore, _) =>
                $"The name '{datastore}' belongs to another datastore; DATA_MOUNT must name one of the environment config's, or "
                    + $"one that does not exist. `az ml datastore show --name {datastore}` shows the existing one.",
            (_, _, _, { } environment) =>
                $"Environment '{environment}' already has this version with other content; a version cannot change. `az ml "
                    + $"environment archive --name {environment} --version {response.NameIn("versions")}` archives it; another "
                    + "image gets another version.",
            _ => null,
        };
    }

    private static string? Tenant(ErrorResponse response) =>
        response.Is("InvalidAuthenticationTokenTenant")
            ? $"The signed-in identity belongs to another tenant than subscription '{response.NameIn("subscriptions")}'; "
                + "AML_TENANT_ID must name the subscription's"
                + (
                    WantedTenant().Match(response.Text) is { Success: true } match
                        ? $", {match.Groups["tenant"].Value}: `az login --tenant {match.Groups["tenant"].Value}`."
                        : ": `az account list --query \"[].[id, tenantId]\" --output table` shows it."
                )
            : null;

    private static string? Token(ErrorResponse response) =>
        response.Status == 401
        && (
            response.Is("ExpiredAuthenticationToken", "InvalidAuthenticationToken", "AuthenticationFailed", "TokenExpired")
            || response.Says("token")
        )
            ? "The token was refused, and so was a new one; the identity must sign in again: `az login`, or give the service "
                + "principal a valid secret. A wrong clock has the same effect: `timedatectl` must report that it is synchronized."
            : null;

    private static string? Signature(ErrorResponse response) =>
        response.Status == 403 && response.Is("AuthenticationFailed") && response.Says("signature")
            ? $"The signature of the link to {response.Host} has expired; the link must be new. Run the same command again."
            : null;

    private static string? Permission(ErrorResponse response) => response.Status is 401 or 403 ? Permissions.Explain(response) : null;

    private static string? Throttling(ErrorResponse response)
    {
        if (response.Status != 429)
            return null;
        var tries = response.Request is { Tries: > 1 } request ? $", after {request.Tries} tries" : "";
        var wait = response.RetryAfter is { TotalSeconds: > 0 } requested ? $"; it requests a wait of {requested.TotalSeconds:0} s" : "";
        return $"{response.Host} is throttling requests{tries}{wait}. Run the same command again later: "
            + "what exists by then is reused, not created twice.";
    }

    // "Client address: 203.0.113.7", "client with IP '203.0.113.7'"
    [GeneratedRegex(
        @"(client address:|client with ip)\s*'?(?<address>[0-9a-f.:]+[0-9a-f])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ClientAddress();

    // It must match the tenant 'https://sts.windows.net/{tenant}/' associated with this subscription.
    [GeneratedRegex(
        "must match (one of )?the tenant '?https://sts.windows.net/(?<tenant>[0-9a-f-]+)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex WantedTenant();

    [GeneratedRegex(
        @"\.(api\.azureml\.ms|azurecr\.io|vault\.azure\.net|(blob|file|dfs)\.core\.windows\.net)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PrivateLinkNames();
}
