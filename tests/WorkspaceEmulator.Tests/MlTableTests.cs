using System.Net;
using System.Text.Json.Nodes;
using static WorkspaceEmulator.Tests.TestEmulator;

namespace WorkspaceEmulator.Tests;

/// <summary>Inputs with the modes EvalMount and EvalDownload.</summary>
public class MlTableTests
{
    private const string Schema = "$schema: https://azuremlschemas.azureedge.net/latest/MLTable.schema.json\n";

    private static async Task<TestEmulator> StartAsync(string table)
    {
        var emulator = await TestEmulator.StartAsync();
        await emulator.CreateComputeAsync();
        await emulator.CreateEnvironmentAsync();
        var store = Directory
            .GetDirectories(Path.Combine(emulator.Folder, "storage"), "workspaceblobstore", SearchOption.AllDirectories)
            .Single();
        foreach (var file in new[] { "a.csv", "b.txt", "deep/c.csv", "deep/er/d.csv" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(store, "table", file))!);
            await File.WriteAllTextAsync(Path.Combine(store, "table", file), file, TestContext.Current.CancellationToken);
        }

        File.CreateSymbolicLink(Path.Combine(store, "table", "link.csv"), "/etc/passwd");
        await File.WriteAllTextAsync(Path.Combine(store, "table", "MLTable"), table, TestContext.Current.CancellationToken);
        return emulator;
    }

    private static string Job(string mode = "EvalMount", string type = "mltable")
    {
        var job = TestEmulator.Job("cd ${{inputs.t}} && find . -type f | sort");
        job["properties"]!["inputs"] = JsonNode.Parse(
            """{"t":{"jobInputType":"TYPE","mode":"MODE","uri":"azureml://datastores/workspaceblobstore/paths/table/"}}"""
                .Replace("TYPE", type, StringComparison.Ordinal)
                .Replace("MODE", mode, StringComparison.Ordinal)
        );
        return job.ToJsonString();
    }

    [Theory]
    [InlineData("EvalMount", "  - file: ./a.csv\n", "./a.csv")]
    [InlineData("EvalDownload", "- file: 'b.txt' \n- folder: deep/er # the deepest\n", "./b.txt ./deep/er/d.csv")]
    [InlineData("EvalMount", "- pattern: ./**/*.csv\n", "./a.csv ./deep/c.csv ./deep/er/d.csv")]
    [InlineData("EvalMount", "- pattern: \"./*.csv\"\n", "./a.csv")]
    [InlineData("EvalMount", "- folder: .\n", "./a.csv ./b.txt ./deep/c.csv ./deep/er/d.csv")]
    public async Task Put_DeliversTheFilesOfTheTable(string mode, string paths, string files)
    {
        await using var emulator = await StartAsync($"{Schema}type: mltable\n\n# files\npaths:\n{paths}");

        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/jobs/job"), Job(mode));
        await emulator.WaitForEndAsync("job");

        Assert.Equal(files.Split(' '), emulator.Log("job").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("paths:\n- file: a.csv\ntransformations:\n- read_delimited:\n    delimiter: ','\n", "has 'transformations:'")]
    [InlineData("paths:\n- file: ../../secret\n", "has the path 'file: ../../secret'")]
    [InlineData("paths:\n- file: azureml://datastores/x/paths/y\n", "has the path 'file: azureml://datastores/x/paths/y'")]
    [InlineData("type: other\n", "has 'type: other'")]
    [InlineData("", "has no paths")]
    public async Task Put_Returns501_WhenTheTableNeedsMoreThanItsFiles(string table, string what)
    {
        await using var emulator = await StartAsync(table);

        var error = await emulator.ExpectAsync(HttpStatusCode.NotImplemented, HttpMethod.Put, Arm("/jobs/job"), Job());

        Assert.StartsWith(
            $"PUT the mode EvalMount of properties.inputs.t, whose MLTable {what}, is not emulated.",
            (string?)error["error"]!["message"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Put_Returns400_WhenTheInputIsNoTable()
    {
        await using var emulator = await StartAsync("");

        var error = await emulator.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Arm("/jobs/job"), Job(type: "uri_folder"));

        Assert.Equal(
            "properties.inputs.t.mode is EvalMount, and properties.inputs.t.jobInputType is uri_folder; "
                + "only a table (mltable) can be evaluated.",
            (string?)error["error"]!["message"]
        );
    }

    [Fact]
    public async Task Put_FailsTheJob_WhenAFileOfTheTableIsMissing()
    {
        await using var emulator = await StartAsync("paths:\n- file: none.csv\n");

        await emulator.ExpectAsync(HttpStatusCode.Created, HttpMethod.Put, Arm("/jobs/job"), Job());
        var details = await emulator.WaitForEndAsync("job");

        Assert.Equal("Failed", (string?)details["status"]);
        Assert.Contains("its MLTable names the file", details["error"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
