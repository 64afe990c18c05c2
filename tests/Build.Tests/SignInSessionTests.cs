using Build.CommandLine;
using Build.Sessions;
using Cake.Core;
using Cake.Core.Diagnostics;
using NSubstitute;

namespace Build.Tests;

public class SignInSessionTests
{
    private const string Tenant = "11111111-1111-1111-1111-111111111111";

    [Fact]
    public void To_ReturnsOneSignInPerTenant()
    {
        var session = SessionWith("device-code");

        Assert.Same(session.To(Tenant), session.To(Tenant));
        Assert.NotSame(session.To(Tenant), session.To(null));
    }

    private static SignInSession SessionWith(string? name)
    {
        var arguments = Substitute.For<ICakeArguments>();
        arguments.GetArguments("credential").Returns(name is null ? [] : new[] { name });
        return new SignInSession(new CommandArguments(arguments, Substitute.For<ICakeEnvironment>()), Substitute.For<ICakeLog>());
    }
}
