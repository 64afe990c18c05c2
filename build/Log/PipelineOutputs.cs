using CodeHosts.Platforms;

namespace Build.Log;

/// <summary>Passes values to later steps of a pipeline.</summary>
internal static class PipelineOutputs
{
    /// <summary>Sets an output of this step; does nothing outside a pipeline.</summary>
    /// <param name="context">The run.</param>
    /// <param name="name">Letters, digits and <c>_</c>.</param>
    /// <param name="value">The value.</param>
    public static void Output(this BuildContext context, string name, string value) =>
        StepOutputs.Write(context.Environment.GetEnvironmentVariable, context.Command, name, value);
}
