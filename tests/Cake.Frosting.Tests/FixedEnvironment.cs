using Cake.Core;
using Cake.Core.IO;

namespace Cake.Frosting.Tests;

/// <summary>An environment whose working directory is its own, so that tests in parallel do not move each other's.</summary>
internal sealed class FixedEnvironment(DirectoryPath workingDirectory) : ICakeEnvironment
{
    public DirectoryPath WorkingDirectory { get; set; } = workingDirectory;

    public DirectoryPath UserHomeDirectory => "/home/builder";

    public DirectoryPath ApplicationRoot => AppContext.BaseDirectory;

    public ICakePlatform Platform { get; } = new CakePlatform();

    public ICakeRuntime Runtime { get; } = new CakeRuntime();

    public DirectoryPath GetSpecialPath(SpecialPath path) => "/special";

    public Dictionary<string, string?> Variables { get; } = new(StringComparer.Ordinal);

    public string? GetEnvironmentVariable(string variable) => Variables.GetValueOrDefault(variable);

    public IDictionary<string, string?> GetEnvironmentVariables() => Variables;
}
