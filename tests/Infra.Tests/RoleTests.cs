using System.Text.Json.Nodes;
using WorkspaceEmulator.Tests;

namespace Infra.Tests;

/// <summary>The roles that infra/main.bicep assigns are exactly those that infra/roles.json requires.</summary>
public class RoleTests
{
    private const string Actions = "Microsoft.ContainerRegistry/registries/repositories";
    private static readonly JsonObject Roles = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Bicep.Folder, "roles.json")))!;

    [Fact]
    public async Task Template_AssignsTheRolesThatEachTargetNeeds_AndNoOther()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var assigned = await AssignedAsync(emulator);
        var faults = new List<string>();
        foreach (var (identity, targets) in (JsonObject)Roles["identities"]!)
        {
            var has = assigned.Where(role => role.Identity == identity).Select(role => role.Role).ToHashSet(StringComparer.Ordinal);
            var needed = new HashSet<string>(StringComparer.Ordinal);
            foreach (var target in targets!.AsArray().Select(target => (string)target!))
            {
                foreach (var role in Texts(Roles["targets"]![target]))
                {
                    needed.Add(role);
                    if (!has.Any(own => own == role || Texts(Roles["includes"]![own]).Contains(role, StringComparer.Ordinal)))
                        faults.Add($"{target} needs the role '{role}', and the template does not assign it to the identity {identity}.");
                }
            }

            faults.AddRange(
                has.Except(needed).Select(role => $"The identity {identity} has the role '{role}', which none of its targets needs.")
            );
        }

        foreach (var (service, roles) in (JsonObject)Roles["services"]!)
        {
            var has = assigned.Where(role => role.Identity == service).Select(role => role.Role).Distinct(StringComparer.Ordinal).ToList();
            faults.AddRange(
                Texts(roles).Except(has).Select(role => $"The {service} needs the role '{role}', and the template does not assign it.")
            );
            faults.AddRange(
                has.Except(Texts(roles)).Select(role => $"The {service} has the role '{role}', which roles.json does not name.")
            );
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task Template_LimitsEachRegistryRole_ToTheRepositoriesOfItsIdentity()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var inRegistry = (await AssignedAsync(emulator))
            .Where(role => role.Role.StartsWith("Container Registry", StringComparison.Ordinal))
            .ToList();

        Assert.Equal(
            ((JsonObject)Roles["repositories"]!).Select(entry => entry.Key).Order(StringComparer.Ordinal),
            inRegistry.Select(role => role.Identity).Order(StringComparer.Ordinal)
        );
        foreach (var role in inRegistry)
        {
            string[] actions = role.Role.EndsWith("Writer", StringComparison.Ordinal)
                ? ["content/read", "metadata/read", "content/write", "metadata/write"]
                : ["content/read", "metadata/read"];
            var repositories = Texts(Roles["repositories"]![role.Identity])
                .Select(name =>
                    $"@Request[{Actions}:name] StringEqualsIgnoreCase "
                    + $"'{name.Replace("{repository}", "vision/train", StringComparison.Ordinal)}'"
                );
            var expected =
                $"(({string.Join(" AND ", actions.Select(action => $"!(ActionMatches{{'{Actions}/{action}'}})"))}) OR "
                + $"({string.Join(" OR ", repositories)}))";
            Assert.Equal((role.Identity, expected), (role.Identity, role.Condition));
        }
    }

    [Fact]
    public async Task Template_GivesAPullRequest_OneRepositoryAndNothingElse()
    {
        await using var emulator = await TestEmulator.StartAsync();

        var role = Assert.Single(await AssignedAsync(emulator), role => role.Identity == "pull-request");

        Assert.Equal("Container Registry Repository Writer", role.Role);
        Assert.Contains("/Microsoft.ContainerRegistry/registries/", role.Scope, StringComparison.Ordinal);
        Assert.EndsWith("StringEqualsIgnoreCase 'pr/vision/train'))", role.Condition, StringComparison.Ordinal);
    }

    [Fact]
    public void Documentation_HasTheTableOfRoles()
    {
        var page = File.ReadAllText(Path.Combine(Bicep.Folder, "..", "docs", "identity.md"));
        var rows = ((JsonObject)Roles["targets"]!).Select(target =>
        {
            var needed = Texts(target.Value);
            return $"| {target.Key} | {(needed.Count == 0 ? "none" : string.Join(", ", needed.Select(role => $"`{role}`")))} |";
        });
        var expected = "<!-- roles -->\n\n| target | roles |\n|---|---|\n" + string.Join('\n', rows) + "\n\n<!-- /roles -->";

        Assert.True(page.Contains(expected, StringComparison.Ordinal), $"docs/identity.md must hold:\n{expected}");
    }

    private static async Task<IReadOnlyList<(string Identity, string Role, string Scope, string? Condition)>> AssignedAsync(
        TestEmulator emulator
    )
    {
        var deployment = await DeployedTemplate.DeployAsync(emulator, await DeployedTemplate.BodyAsync());
        Assert.True((string?)deployment["properties"]!["provisioningState"] == "Succeeded", deployment.ToJsonString());
        var identities = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in new[] { "pull-request", "main", "training", "workspace", "compute" })
            identities[await PrincipalAsync(emulator, name)] = name;
        var ids = await RoleNamesAsync();
        var assignments = await emulator.GetAsync(
            $"{DeployedTemplate.Group}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"
        );
        return
        [
            .. assignments["value"]!
                .AsArray()
                .Select(assignment => assignment!["properties"]!)
                .Select(properties =>
                    (
                        identities[(string)properties["principalId"]!],
                        ids[((string)properties["roleDefinitionId"]!).Split('/')[^1]],
                        (string)properties["scope"]!,
                        (string?)properties["condition"]
                    )
                ),
        ];
    }

    // Modules hand on what they made as outputs.
    private static async Task<string> PrincipalAsync(TestEmulator emulator, string identity)
    {
        var symbol = identity switch
        {
            "pull-request" => "pullRequest",
            "workspace" => "workspaceIdentity",
            _ => identity,
        };
        var operations = await emulator.GetAsync(
            "subscriptions/sub/providers/Microsoft.Resources/deployments/test/operations?api-version=2024-03-01"
        );
        var module = operations["value"]!
            .AsArray()
            .Select(operation => (string)operation!["properties"]!["targetResource"]!["id"]!)
            .Single(id => id.Split('/')[^1].StartsWith($"{symbol}-", StringComparison.Ordinal));
        var deployment = await emulator.GetAsync($"{module[1..]}?api-version=2024-03-01");
        return (string)deployment["properties"]!["outputs"]!["principalId"]!["value"]!;
    }

    private static async Task<Dictionary<string, string>> RoleNamesAsync()
    {
        var template = await Bicep.CompileAsync();
        var names = (JsonObject)template["resources"]!["registry"]!["properties"]!["template"]!["variables"]!["roleIds"]!;
        return names.ToDictionary(entry => (string)entry.Value!, entry => entry.Key, StringComparer.Ordinal);
    }

    private static IReadOnlyList<string> Texts(JsonNode? node) => [.. (node?.AsArray() ?? []).Select(item => (string)item!)];
}
