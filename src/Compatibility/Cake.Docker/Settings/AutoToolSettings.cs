using Cake.Core.Tooling;

namespace Cake.Docker;

/// <summary>
/// Holds settings whose own properties are the options of a docker command: their names in kebab case, in the order of declaration.
/// </summary>
/// <remarks>What <see cref="ToolSettings"/> declares (working directory, timeout, environment) is about the process and never an option.
/// An environment variable set here wins over one that the command sets by itself.</remarks>
public abstract class AutoToolSettings : ToolSettings;
