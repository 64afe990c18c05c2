using System.Net;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Tests;

public class VaultTests
{
    private const string Secret = "planted-secret-7Hq2";

    [Fact]
    public async Task SetSecret_EncryptsTheValue_AndIsNotRecorded()
    {
        var file = Path.GetTempFileName();
        var folder = TestEmulator.NewFolder();
        await using (var emulator = await TestEmulator.StartAsync(options => options with { RecordFile = file }, folder))
        {
            var vault = await VaultUriAsync(emulator);
            var set = await emulator.ExpectAsync(
                HttpStatusCode.OK,
                HttpMethod.Put,
                $"{vault}secrets/Storage-Key?api-version=7.4",
                $$"""{"value":"{{Secret}}"}"""
            );
            Assert.StartsWith($"{vault}secrets/Storage-Key/", (string?)set["id"], StringComparison.Ordinal);
            Assert.True((bool)set["attributes"]!["enabled"]!);
        }

        await using (var emulator = await TestEmulator.StartAsync(options => options with { RecordFile = file }, folder))
        {
            var vault = await VaultUriAsync(emulator);
            Assert.Equal(Secret, (string?)(await emulator.GetAsync($"{vault}secrets/storage-key?api-version=7.4"))["value"]);
            Assert.Equal(
                HttpStatusCode.Unauthorized,
                (await emulator.SendAsync(HttpMethod.Get, $"{vault}secrets/storage-key?api-version=7.4", token: "")).Status
            );
        }

        Assert.DoesNotContain(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Append(file), path =>
            File.ReadAllText(path).Contains(Secret, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken), line =>
            ((string)JsonNode.Parse(line)!["url"]!).Contains("/keyvault/", StringComparison.Ordinal)
        );
        Directory.Delete(folder, recursive: true);
        File.Delete(file);
    }

    [Fact]
    public async Task GetVault_ReturnsTheVault_ThatTheWorkspaceNames()
    {
        await using var emulator = await TestEmulator.StartAsync();
        const string id = "/subscriptions/other/resourceGroups/shared/providers/Microsoft.KeyVault/vaults/team-vault";
        await emulator.ExpectAsync(
            HttpStatusCode.OK,
            HttpMethod.Put,
            TestEmulator.Arm(""),
            $$$"""{"location":"northeurope","properties":{"keyVault":"{{{id}}}"}}"""
        );

        Assert.Equal(id, (string?)(await emulator.GetAsync(TestEmulator.Arm("")))["properties"]!["keyVault"]);
        var vault = await emulator.GetAsync($"{id[1..]}?api-version=2023-07-01");

        Assert.Equal(
            (id, "northeurope", $"{emulator.Endpoint}keyvault/team-vault/"),
            ((string?)vault["id"], (string?)vault["location"], (string?)vault["properties"]!["vaultUri"])
        );
    }

    [Fact]
    public async Task GetSecret_Returns404_WhenSomethingIsMissing()
    {
        await using var emulator = await TestEmulator.StartAsync();
        var vault = await VaultUriAsync(emulator);

        var secret = await emulator.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"{vault}secrets/none?api-version=7.4");
        var other = await emulator.ExpectAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Get,
            "subscriptions/sub/resourceGroups/group/providers/Microsoft.KeyVault/vaults/other?api-version=2023-07-01"
        );
        var version = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"{vault}secrets/none");
        var value = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, $"{vault}secrets/none?api-version=7.4", "{}");
        var name = await emulator.ExpectAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            $"{vault}secrets/no_ne?api-version=7.4",
            """{"value":"x"}"""
        );
        await emulator.ExpectAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Put,
            "keyvault/..%2Fother/secrets/none?api-version=7.4",
            """{"value":"x"}"""
        );

        Assert.Equal(
            (
                "SecretNotFound",
                "A secret with (name/id) none was not found in this key vault. If you recently deleted this secret you may be able to "
                    + "recover it using the correct recovery command."
            ),
            ((string?)secret["error"]!["code"], (string?)secret["error"]!["message"])
        );
        Assert.Equal(
            "The Resource 'Microsoft.KeyVault/vaults/other' under resource group 'group' was not found.",
            (string?)other["error"]!["message"]
        );
        Assert.Equal("MissingApiVersionParameter", (string?)version["error"]!["code"]);
        Assert.Equal("value is missing; it must be a text, the secret.", (string?)value["error"]!["message"]);
        Assert.Equal("The secret's name is 'no_ne'; it must match ^[0-9a-zA-Z-]{1,127}$.", (string?)name["error"]!["message"]);
    }

    private static async Task<string> VaultUriAsync(TestEmulator emulator)
    {
        var id = (string)(await emulator.GetAsync(TestEmulator.Arm("")))["properties"]!["keyVault"]!;
        return (string)(await emulator.GetAsync($"{id[1..]}?api-version=2023-07-01"))["properties"]!["vaultUri"]!;
    }
}
