using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkspaceEmulator.Files;
using WorkspaceEmulator.Wire;

namespace WorkspaceEmulator.Assets;

/// <summary>Describes the image that an environment needs built: from a context, or from an image and a conda file.</summary>
/// <param name="ContextAddress">Address of the context; null for a conda file.</param>
/// <param name="Dockerfile">Path of the Dockerfile in the context.</param>
/// <param name="Files">Files of the context that the environment itself holds, by path.</param>
internal sealed partial record EnvironmentBuild(string? ContextAddress, string Dockerfile, IReadOnlyDictionary<string, string> Files)
{
    private const string DefaultDockerfile = "Dockerfile";
    private const string CondaFile = "conda.yaml";

    [GeneratedRegex(@"^\S+\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Image();

    /// <summary>Returns what is wrong with the properties of an environment's version; null for nothing.</summary>
    public static string? Fault(JsonObject environment)
    {
        var image = environment.Text("image") is { Length: > 0 } given ? given : null;
        if (environment.Object("build") is not { } build)
        {
            return image is null ? "properties.image is missing; an environment must have image or build."
                : Image().IsMatch(image) ? null
                : $"properties.image is '{image}'; it must be the name of an image, which holds no space.";
        }

        if (image is not null || environment.Text("condaFile") is { Length: > 0 })
            return "properties.build is given beside properties.image or properties.condaFile; an environment must have one of them.";
        if (build.Text("contextUri") is not { Length: > 0 })
            return "properties.build.contextUri is missing; it must be the address of the build context.";
        return build.Text("dockerfilePath") is { Length: > 0 } path && !ConfinedFolder.IsPath(path)
            ? $"properties.build.dockerfilePath is '{path}'; it must be a path inside the context."
            : null;
    }

    /// <summary>Reads the properties of an environment's version; null for one whose image is used as it is.</summary>
    public static EnvironmentBuild? Of(JsonObject environment)
    {
        if (environment.Object("build") is { } build)
        {
            var path = build.Text("dockerfilePath") is { Length: > 0 } given ? given : DefaultDockerfile;
            return new(build.Text("contextUri") ?? "", path, new Dictionary<string, string>(StringComparer.Ordinal));
        }

        return environment.Text("condaFile") is { Length: > 0 } conda
            ? new(
                null,
                DefaultDockerfile,
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [CondaFile] = conda,
                    [DefaultDockerfile] = DockerfileFor(environment.Text("image") ?? ""),
                }
            )
            : null;
    }

    // As Azure does: the environment's programs come first in PATH, and no activation is needed.
    private static string DockerfileFor(string image) =>
        $"""
            FROM {image}
            USER root
            COPY {CondaFile} /azureml-environment-setup/{CondaFile}
            RUN conda env create --prefix /azureml-envs/azureml --file /azureml-environment-setup/{CondaFile}
            ENV PATH=/azureml-envs/azureml/bin:$PATH
            ENV AZUREML_CONDA_ENVIRONMENT_PATH=/azureml-envs/azureml
            ENV LD_LIBRARY_PATH=/azureml-envs/azureml/lib:$LD_LIBRARY_PATH

            """;
}
