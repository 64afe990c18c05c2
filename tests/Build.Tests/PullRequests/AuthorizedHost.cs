using System.Text.Json.Nodes;
using Build.Sessions.PullRequests;
using Build.Tests.Doubles;
using Fixtures.CodeHosts;

namespace Build.Tests.PullRequests;

/// <summary>A host whose Authorize has allowed a launch, and whose child processes pretend to submit and to follow its job.</summary>
internal static class AuthorizedHost
{
    /// <param name="server">The code host.</param>
    /// <param name="name">Name of the event.</param>
    /// <param name="payload">The event.</param>
    /// <param name="job">Name of the job that is submitted.</param>
    /// <param name="most">The most jobs of the pull request at a time.</param>
    /// <param name="follow">What happens while the job is followed.</param>
    public static HostConsole Create(GitHubServer server, string name, JsonNode payload, string job, int most, Action? follow = null)
    {
        var host = new HostConsole();
        foreach (var (variable, value) in server.Variables)
            host.Environment.Variables[variable] = value;
        host.Environment.Variables["GITHUB_WORKSPACE"] = host.Root;
        host.Environment.Variables["GITHUB_EVENT_NAME"] = name;
        host.Environment.Variables["GITHUB_EVENT_PATH"] = host.Write("event.json", payload.ToJsonString());
        host.Processes.On(HostProgram.FileName, () =>
        {
            if (host.Processes.Started[^1].Contains("--target=Follow", StringComparison.Ordinal))
            {
                follow?.Invoke();
                return 0;
            }

            host.Write("artifacts/plan.json", $$"""{"plan":"{{job}}"}""");
            host.Write(
                $"artifacts/{job}/job.json",
                $$"""{"name":"{{job}}","id":"/x","attempt":1,"experimentName":"demo","studioUrl":null,"change":"Created","status":"Queued"}"""
            );
            return 0;
        });
        Assert.Contains("Decision     launch", host.Run("--target=Authorize", $"--max-launches={most}"), StringComparison.Ordinal);
        return host;
    }
}
