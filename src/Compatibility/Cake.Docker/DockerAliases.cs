using Cake.Core;
using Cake.Core.Annotations;
using Cake.Core.IO;

namespace Cake.Docker;

/// <summary>Runs the docker client.</summary>
/// <remarks>
/// Every alias throws <see cref="CakeException"/> when docker is missing or exits with a code other than 0, and
/// <see cref="ArgumentNullException"/> for an empty image or path. Null settings mean defaults.
/// </remarks>
[CakeAliasCategory("Docker")]
public static class DockerAliases
{
    [CakeMethodAlias]
    public static void DockerBuild(this ICakeContext context, string path) => DockerBuild(context, null, path);

    /// <summary>Runs <c>docker image build [options] "path"</c>; a path that is quoted already stays as it is.</summary>
    [CakeMethodAlias]
    public static void DockerBuild(this ICakeContext context, DockerImageBuildSettings? settings, string path)
    {
        Require(context, path);
        settings ??= new DockerImageBuildSettings();
        var trimmed = path.Trim();
        var quoted = trimmed.Length > 1 && trimmed.StartsWith('"') && trimmed.EndsWith('"') ? trimmed : $"\"{trimmed}\"";
        Run(context, settings, Command("image", "build").AppendOptions(settings).Append(quoted));
    }

    [CakeMethodAlias]
    public static void DockerBuildXBuild(this ICakeContext context, string target) => DockerBuildXBuild(context, null, target);

    /// <summary>Runs <c>docker buildx build [options] target</c>; the target is not quoted.</summary>
    [CakeMethodAlias]
    public static void DockerBuildXBuild(this ICakeContext context, DockerBuildXBuildSettings? settings, string target)
    {
        ArgumentNullException.ThrowIfNull(context);
        settings ??= new DockerBuildXBuildSettings();
        var arguments = Command("buildx", "build").AppendOptions(settings);
        Run(context, settings, string.IsNullOrEmpty(target) ? arguments : arguments.Append(target));
    }

    /// <summary>Runs <c>docker tag image registry-reference</c>.</summary>
    [CakeMethodAlias]
    public static void DockerTag(this ICakeContext context, string imageReference, string registryReference)
    {
        Require(context, imageReference);
        Require(context, registryReference);
        Run(context, new DockerImageTagSettings(), Command("tag").Append(imageReference).Append(registryReference));
    }

    [CakeMethodAlias]
    public static void DockerPush(this ICakeContext context, string imageReference) => DockerPush(context, null, imageReference);

    /// <summary>Runs <c>docker push [options] image</c>.</summary>
    [CakeMethodAlias]
    public static void DockerPush(this ICakeContext context, DockerImagePushSettings? settings, string imageReference)
    {
        Require(context, imageReference);
        settings ??= new DockerImagePushSettings();
        Run(context, settings, Command("push").AppendOptions(settings).Append(imageReference));
    }

    [CakeMethodAlias]
    public static void DockerPull(this ICakeContext context, string imageReference) => DockerPull(context, null, imageReference);

    /// <summary>Runs <c>docker pull [options] image</c>.</summary>
    [CakeMethodAlias]
    public static void DockerPull(this ICakeContext context, DockerImagePullSettings? settings, string imageReference)
    {
        Require(context, imageReference);
        settings ??= new DockerImagePullSettings();
        Run(context, settings, Command("pull").AppendOptions(settings).Append(imageReference));
    }

    private static ProcessArgumentBuilder Command(params ReadOnlySpan<string> words)
    {
        var arguments = new ProcessArgumentBuilder();
        foreach (var word in words)
            arguments.Append(word);

        return arguments;
    }

    private static void Run<TSettings>(ICakeContext context, TSettings settings, ProcessArgumentBuilder arguments)
        where TSettings : AutoToolSettings => new DockerTool<TSettings>(context).Run(settings, arguments);

    private static void Require(
        ICakeContext context,
        string? value,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(value))] string name = ""
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        if (string.IsNullOrEmpty(value))
            throw new ArgumentNullException(name);
    }
}
