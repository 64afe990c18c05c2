using System.Reflection;
using Build.CommandLine;
using Build.Tests.Doubles;
using Fixtures;

namespace Build.Tests;

public class DefaultTests
{
    [Fact]
    public void Default_ListsEveryTargetArgumentAndExample()
    {
        using var host = new HostConsole();

        ExpectedText.Check("default", host.Run());
    }

    [Fact]
    public void Assembly_DoesNotNameTheCommit_SoThatACommitCompilesNothingAgain() =>
        Assert.DoesNotContain(
            '+',
            typeof(TargetCatalog).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion
        );

    [Fact]
    public void Catalogue_DescribesEveryTargetAndArgument()
    {
        foreach (var target in new TargetCatalog().Targets)
        {
            Assert.NotEmpty(target.Description);
            Assert.Equal(target.Arguments.Count, target.Arguments.DistinctBy(argument => argument.Name).Count());
            Assert.All(target.Arguments, argument => Assert.Matches("^[a-z]+(-[a-z]+)*$", argument.Name));
            Assert.All(target.Arguments, argument => Assert.NotEmpty(argument.Help));
        }
    }

    [Theory]
    [InlineData("Plan")]
    [InlineData("Docker-Build")]
    [InlineData("Docker-Tag")]
    [InlineData("Docker-Push")]
    [InlineData("Register-Datastore")]
    [InlineData("Create-Compute")]
    [InlineData("Train")]
    [InlineData("Follow")]
    [InlineData("Cancel")]
    [InlineData("Fetch")]
    [InlineData("Clean-Images")]
    [InlineData("Upload-Dataset")]
    [InlineData("Doctor")]
    public void CheckArguments_KnowsCredential_WhenTheTargetMaySignIn(string target) =>
        new TargetCatalog().CheckArguments(new Dictionary<string, IReadOnlyList<string?>> { ["credential"] = ["azure-cli"] }, [target]);
}
