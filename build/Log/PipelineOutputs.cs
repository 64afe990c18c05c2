namespace Build.Log;

/// <summary>Passes values to later steps of a pipeline: GitHub Actions reads them from a file, Azure DevOps from the log.</summary>
internal static class PipelineOutputs
{
    /// <summary>Sets an output of this step; does nothing outside a pipeline.</summary>
    /// <param name="variable">Returns the value of an environment variable.</param>
    /// <param name="command">Writes a command to the log.</param>
    /// <param name="name">Letters, digits and <c>_</c>.</param>
    /// <param name="value">One line.</param>
    public static void Write(Func<string, string?> variable, Action<string> command, string name, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n'))
            throw new ArgumentException("An output is one line.", nameof(value));
        if (variable("GITHUB_OUTPUT") is { Length: > 0 } file)
            File.AppendAllText(file, $"{name}={value}\n");
        if (string.Equals(variable("TF_BUILD"), "true", StringComparison.OrdinalIgnoreCase))
            command($"##vso[task.setvariable variable={name};isOutput=true]{value.Replace("%", "%AZP25", StringComparison.Ordinal)}");
    }
}
