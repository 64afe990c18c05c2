using Build.Log;

namespace Build.Tests;

public sealed class PipelineOutputsTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();
    private readonly List<string> said = [];

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Write_AppendsToTheFile_OnGitHub()
    {
        Write("job", "a", ("GITHUB_OUTPUT", file));
        Write("studio_url", "https://ml.azure.com/runs/a?wsid=/b", ("GITHUB_OUTPUT", file));

        Assert.Equal("job=a\nstudio_url=https://ml.azure.com/runs/a?wsid=/b\n", File.ReadAllText(file));
        Assert.Empty(said);
    }

    [Fact]
    public void Write_SetsAVariable_OnAzureDevOps()
    {
        Write("studio_url", "https://ml.azure.com/runs/a%20b", ("TF_BUILD", "True"));

        Assert.Equal(["##vso[task.setvariable variable=studio_url;isOutput=true]https://ml.azure.com/runs/a%AZP2520b"], said);
    }

    [Fact]
    public void Write_DoesNothing_AtADesk()
    {
        Write("job", "a");

        Assert.Empty(said);
    }

    [Fact]
    public void Write_RefusesSeveralLines_WhichCouldSetAnotherOutput() =>
        Assert.Throws<ArgumentException>(() => Write("job", "a\nother=b", ("GITHUB_OUTPUT", file)));

    private void Write(string name, string value, params (string Name, string Value)[] variables) =>
        PipelineOutputs.Write(asked => variables.FirstOrDefault(variable => variable.Name == asked).Value, said.Add, name, value);
}
