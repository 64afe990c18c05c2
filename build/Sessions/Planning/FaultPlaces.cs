using Build.LocalRuntime;
using CodeHosts.Annotations;
using Datasets.Checks;
using Experiments.Reading;

namespace Build.Sessions.Planning;

/// <summary>Finds the files and lines of the repository that faults are about.</summary>
public sealed class FaultPlaces(GitRepository git)
{
    /// <summary>Converts a fault that is about no file.</summary>
    public static CodeFault Of(string rule, string message) => new(rule, message, File: null, Line: null, Column: null);

    /// <summary>Converts the faults of a dataset. Only files that git tracks are named: the platform knows no others.</summary>
    public async Task<IReadOnlyList<CodeFault>> OfAsync(BuildContext context, Configuration configuration, DatasetException exception)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(exception);
        var folder = configuration.Environment.Datastores[configuration.Experiment.DataMount].FolderPath(context.Root);
        var files = new Dictionary<string, string?>(StringComparer.Ordinal);
        var places = new List<CodeFault>();
        foreach (var fault in exception.Faults)
        {
            if (!files.TryGetValue(fault.Where, out var file))
                files[fault.Where] = file = folder is null ? null : await FindTrackedAsync(context, Path.Combine(folder, fault.Where));
            places.Add(
                file is null
                    ? new(FaultRules.Dataset, fault.ToString(), File: null, Line: null, Column: null)
                    : new(FaultRules.Dataset, fault.Message, file, fault.Line, Column: null, $"{fault.Line}: {fault.Message}")
            );
        }

        return places;
    }

    private async Task<string?> FindTrackedAsync(BuildContext context, string path)
    {
        var relative = Path.GetRelativePath(context.Root, path).Replace('\\', '/');
        var isInside = !relative.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(relative) && File.Exists(path);
        return isInside && await git.IsTrackedAsync(context, relative) ? relative : null;
    }
}
