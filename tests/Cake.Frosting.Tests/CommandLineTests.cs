using Cake.Core;
using Microsoft.Extensions.DependencyInjection;
using static Cake.Frosting.Tests.SampleTasks;

namespace Cake.Frosting.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("one=1", "--one=1")]
    [InlineData("one=1", "--one", "1")]
    [InlineData("one=1", "--one:1")]
    [InlineData("one=a=b:c", "--one=a=b:c")]
    [InlineData("one=a b \"c\" é", "--one=a b \"c\" é")]
    [InlineData("one=", "--one", "")]
    [InlineData("one=-5", "--one", "-5")]
    [InlineData("one=<none>", "--one")]
    [InlineData("one=<none>, two=<none>", "--one", "--two")]
    [InlineData("set=A=1|B=2", "--set=A=1", "--set", "B=2")]
    [InlineData("x=1", "-x", "1")]
    [InlineData("x=1", "-x=1")]
    [InlineData("a=<none>, b=<none>, c=<none>", "-abc")]
    [InlineData("later=1, other=<none>, tree=<none>", "--", "--later=1", "word", "--other", "--tree")]
    [InlineData("Verbosity=loud", "--Verbosity=loud")]
    [InlineData("", "--dryrun=false")]
    [InlineData("", "--dryrun", "false")]
    [InlineData("with-dash=1, with_score=2", "--with-dash=1", "--with_score=2")]
    public void Run_KeepsUnknownOptions_AsArguments(string arguments, params string[] args)
    {
        var result = new HostFixture().With<Arguments>().Run(["--target=Arguments", .. args]);

        Assert.Equal((0, arguments), (result.ExitCode, result.Journal));
    }

    [Theory]
    [InlineData("Default|Arguments", "-t", "Default", "-t", "Arguments", "-e")]
    [InlineData("Default")]
    public void Run_KeepsTheTargets_AsAnArgument(string targets, params string[] args)
    {
        string? seen = null;
        var result = new HostFixture()
            .With<Default>()
            .With<Build>()
            .With<Clean>()
            .With<Arguments>()
            .With(host =>
                host.ConfigureServices(services =>
                    services.AddSingleton<IFrostingSetup>(
                        new Spy(context => seen = string.Join('|', context.Arguments.GetArguments("target")))
                    )
                )
            )
            .Run(args);

        Assert.Equal((0, targets), (result.ExitCode, seen));
    }

    [Fact]
    public void Run_ReturnsTheLastValue_WhenATaskReadsAnArgument()
    {
        Assert.Equal("42", new HostFixture().With<TypedArgument>().Run("-t", "TypedArgument", "--count=1", "--count=42").Journal);
    }

    [Theory]
    [InlineData("--count")]
    [InlineData("--other=1")]
    public void Run_Fails_WhenATaskReadsAnArgumentWithoutValue(string arg)
    {
        var result = new HostFixture().With<TypedArgument>().Run("-t", "TypedArgument", arg);

        Assert.Equal(-1, result.ExitCode);
        Assert.EndsWith("Error: Argument 'count' was not set.\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unknown command 'word'.", "word", "^^^^ No such command", "word")]
    [InlineData("Unknown command 'word'.", "--tree word", "       ^^^^ No such command", "--tree", "word")]
    [InlineData("Unknown command '3'.", "-abc 3", "     ^ No such command", "-abc", "3")]
    [InlineData("Unknown command '3'.", "-abc=3", "     ^ No such command", "-abc=3")]
    [InlineData("Unknown command '-5'.", "-5", "^^ No such command", "-5")]
    [InlineData("Option 'target' is defined but no value has been provided.", "-et Clean", "^^ No value provided", "-et", "Clean")]
    [InlineData("Option 'target' is defined but no value has been provided.", "-te Clean", "^^ No value provided", "-te", "Clean")]
    [InlineData("Option does not have a name.", "-", "^ Did you forget the option name?", "-")]
    [InlineData("Option does not have a name.", "--=1", "^^^^ Did you forget the option name?", "--=1")]
    [InlineData("Invalid long option name.", "--x=1", "^^^ Did you mean -x?", "--x=1")]
    [InlineData("Invalid long option name.", "--1a", "^^^^ Option names cannot start with a digit", "--1a")]
    [InlineData("Invalid long option name.", "--a.b=1", "   ^ Invalid character", "--a.b=1")]
    [InlineData("Flags cannot be assigned a value.", "--dryrun=maybe", "^^^^^^^^ Can't assign value", "--dryrun=maybe")]
    [InlineData("Expected an option value.", "--set=", "      ^ Did you forget the option value?", "--set=")]
    [InlineData("Option 'target' is defined but no value has been provided.", "--target", "^^^^^^^^ No value provided", "--target")]
    [InlineData("Option 'verbosity' is defined but no value has been provided.", "-v --tree", "^^ No value provided", "-v", "--tree")]
    public void Run_MarksTheFault_WhenTheCommandLineIsInvalid(string message, string shown, string pointer, params string[] args)
    {
        var result = new HostFixture().With<Clean>().Run(args);

        Assert.Equal((-1, string.Empty, string.Empty), (result.ExitCode, result.Error, result.Journal));
        Assert.Equal($"\nError: {message}\n\n       {shown}\n       {pointer}\n\n", result.Output);
    }

    [Fact]
    public void Run_NamesTheValue_WhenTheVerbosityIsUnknown()
    {
        var result = new HostFixture().Run("--verbosity=loud");

        Assert.Equal((-1, "\nError: Failed to convert 'loud' to Verbosity.\n"), (result.ExitCode, result.Output));
    }

    private sealed class Spy(Action<ICakeContext> look) : IFrostingSetup
    {
        public void Setup(ICakeContext context, ISetupContext info) => look(context);
    }
}
