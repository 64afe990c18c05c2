using Cake.Core;
using Experiments.Json;
using Experiments.Model;
using Images;
using Images.Inputs;

namespace Build.Docker;

/// <summary>Provides the image's stages with the context and the arguments of a target.</summary>
internal static class ImageRuns
{
    /// <summary>Creates what the image's stages need of a run.</summary>
    public static ImageRun ImageRun(this BuildContext context, TimeProvider time) =>
        new(
            context,
            context.Root,
            context.LocalFolder,
            context.Say,
            context.Warn,
            Environment.GetEnvironmentVariable,
            time,
            context.Cancellation
        );

    /// <summary>Reads every input of the image.</summary>
    /// <exception cref="ConfigException">The Dockerfile is missing.</exception>
    /// <exception cref="CakeException">A <c>--build-arg</c> or the ignore file is faulty.</exception>
    public static ImageInputs ReadImage(this BuildContext context, EnvironmentConfig environment) =>
        ImageSources.Read(context.Root, environment.ImageDockerfile, context.Values("build-arg"));
}
