using Build.Stages;
using Cake.Core;
using Cake.Core.Diagnostics;
using NSubstitute;
using Workspaces.Errors;

namespace Build.Tests;

public class SignInSessionTests
{
    private const string Tenant = "11111111-1111-1111-1111-111111111111";

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
    [InlineData("Doctor")]
    public void Credential_IsAnArgumentOfEveryTargetThatMaySignIn(string target) =>
        new TaskCatalog().CheckArguments(["credential"], [target]);

    [Fact]
    public void CheckArgument_ListsTheNames_WhenGivenAnother()
    {
        var error = Assert.Throws<WorkspaceException>(SessionWith("azure").CheckArgument);

        Assert.StartsWith(
            "--credential is \"azure\"; it must be one of github, azure-pipelines, ",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(null)]
    [InlineData("azure-cli")]
    public void CheckArgument_Passes_WhenThereIsOneOrNone(string? name) => SessionWith(name).CheckArgument();

    [Fact]
    public void To_GivesOneSignInForATenant_SoThatATokenServesWorkspaceAndRegistry()
    {
        var session = SessionWith("device-code");

        Assert.Same(session.To(Tenant), session.To(Tenant));
        Assert.NotSame(session.To(Tenant), session.To(null));
    }

    private static SignInSession SessionWith(string? name)
    {
        var arguments = Substitute.For<ICakeArguments>();
        arguments.GetArguments("credential").Returns(name is null ? [] : new[] { name });
        return new SignInSession(arguments, Substitute.For<ICakeLog>());
    }
}
