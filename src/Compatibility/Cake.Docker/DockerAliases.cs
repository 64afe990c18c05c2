using Cake.Core;
using Cake.Core.Annotations;
using Cake.Core.IO;

namespace Cake.Docker;

/// <summary>The docker command line as aliases of a Cake context.</summary>
/// <remarks>Every alias throws <see cref="CakeException"/> when docker is missing or exits with another code than 0, and
/// <see cref="ArgumentNullException"/> for an empty image, path, user name or password. Null settings mean defaults.</remarks>
[CakeAliasCategory("Docker")]
public static class DockerAliases
{
    // docker 20.10 builds with BuildKit only with this variable; later versions ignore it.
    private static readonly Dictionary<string, string> BuildKit = new(StringComparer.Ordinal) { ["DOCKER_BUILDKIT"] = "1" };

    [CakeMethodAlias]
    public static void DockerBuild(this ICakeContext context, string path) => DockerBuild(context, null, path);

    /// <summary>Runs <c>docker image build [options] "path"</c> with BuildKit.</summary>
    [CakeMethodAlias]
    public static void DockerBuild(this ICakeContext context, DockerImageBuildSettings? settings, string path)
    {
        Require(context, path);
        settings ??= new DockerImageBuildSettings();
        var quoted = path.StartsWith('"') ? path : Options.Quote(path);
        Run(context, settings, Command("image", "build").AppendOptions(settings).Append(quoted), BuildKit);
    }

    [CakeMethodAlias]
    public static void DockerBuildXBuild(this ICakeContext context, string target) => DockerBuildXBuild(context, null, target);

    /// <summary>Runs <c>docker buildx build [options] target</c>; the target is not quoted.</summary>
    [CakeMethodAlias]
    public static void DockerBuildXBuild(this ICakeContext context, DockerBuildXBuildSettings? settings, string target)
    {
        Require(context, target);
        settings ??= new DockerBuildXBuildSettings();
        Run(context, settings, Command("buildx", "build").AppendOptions(settings).Append(target));
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

    [CakeMethodAlias]
    public static void DockerLogin(this ICakeContext context, string username, string password, string? server = null) =>
        DockerLogin(context, new DockerRegistryLoginSettings { Username = username, Password = password }, server);

    /// <summary>Runs <c>docker login --username "…" --password-stdin [server]</c>.</summary>
    /// <remarks>
    /// Upstream writes the password on the command line, where every user of the machine can read it. Here it goes through standard input.
    /// </remarks>
    [CakeMethodAlias]
    public static void DockerLogin(this ICakeContext context, DockerRegistryLoginSettings settings, string? server = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Require(context, settings.Username);
        Require(context, settings.Password);
        var arguments = Command("login")
            .AppendOptions(settings, nameof(settings.Password), nameof(settings.PasswordStdin))
            .Append("--password-stdin");
        if (!string.IsNullOrEmpty(server))
            arguments.Append(server);

        Run(context, settings, arguments, standardInput: settings.Password);
    }

    private static ProcessArgumentBuilder Command(params ReadOnlySpan<string> words)
    {
        var arguments = new ProcessArgumentBuilder();
        foreach (var word in words)
            arguments.Append(word);

        return arguments;
    }

    private static void Run<TSettings>(
        ICakeContext context,
        TSettings settings,
        ProcessArgumentBuilder arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? standardInput = null
    )
        where TSettings : AutoToolSettings => new DockerTool<TSettings>(context).Run(settings, arguments, environment, standardInput);

    // An empty one is as missing as null is, and upstream says so in the same words.
    private static void Require(
        ICakeContext context,
        string? value,
        [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(value))] string name = ""
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        if (string.IsNullOrEmpty(value))
            throw new ArgumentNullException(name[(name.LastIndexOf('.') + 1)..]);
    }
}
