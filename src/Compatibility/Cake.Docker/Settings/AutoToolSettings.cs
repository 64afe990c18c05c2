using Cake.Core.Tooling;

namespace Cake.Docker;

/// <summary>
/// Settings whose own properties are the options of a docker command: the name in kebab case, in the order they are declared.
/// </summary>
/// <remarks>What <see cref="ToolSettings"/> declares (working directory, timeout, environment) is about the process and never an option.
/// An environment variable set here wins over one that the command sets by itself.</remarks>
public abstract class AutoToolSettings : ToolSettings;
