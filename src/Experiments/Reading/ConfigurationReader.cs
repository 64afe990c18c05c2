using Experiments.Json;
using Experiments.Model;
using Experiments.VmSizes;

namespace Experiments.Reading;

/// <summary>Reads an exp_config together with the environment config it names, and reports the faults of both at once.</summary>
public static class ConfigurationReader
{
    /// <summary>Folder of the environment configs, under the repository root.</summary>
    public const string Folder = "configuration";

    /// <summary>Reads both files.</summary>
    /// <param name="repositoryRoot">Folder that holds <c>configuration/</c>; relative paths start here.</param>
    /// <param name="expConfig">The exp_config as the user named it, relative to the root or absolute.</param>
    /// <param name="today">The date that retirements of VM sizes are compared with.</param>
    /// <param name="overrides">As in <see cref="ExperimentReader.Read(string, IReadOnlyList{string}?)"/>.</param>
    /// <exception cref="ConfigException">Anything in either file or the overrides is faulty; carries every fault.</exception>
    public static Configuration Read(string repositoryRoot, string expConfig, DateOnly today, IReadOnlyList<string>? overrides = null)
    {
        var faults = new List<ConfigFault>();
        var (experiment, root) = ExperimentReader.Read(Path.Combine(repositoryRoot, expConfig), expConfig, overrides ?? [], faults);
        var environment = root is null ? null : ReadEnvironment(repositoryRoot, experiment!, root, faults);
        var warnings = new List<string>();
        if (root is not null)
            CheckVmSize(root, environment?.Location ?? "", today, faults, warnings);
        return faults.Count == 0 ? new(experiment!, environment!) { Warnings = warnings } : throw new ConfigException(expConfig, faults);
    }

    private static void CheckVmSize(LocatedValue root, string location, DateOnly today, List<ConfigFault> faults, List<string> warnings)
    {
        if (
            root.Find("COMPUTE")?.Value.Find("VM_SIZE")?.Value is not { } value
            || VmRetirements.Find(value.Text, location) is not { } retirement
        )
        {
            return;
        }

        const string Path = "COMPUTE.VM_SIZE";
        var found = $"{value.Shown}, of the {retirement.Series} series, which Azure";
        if (retirement.IsOver(today))
        {
            faults.Add(
                new(
                    value.Location,
                    Path,
                    $"{found} retired on {retirement.Date:yyyy-MM-dd}",
                    $"a size that Azure has, such as {retirement.Successor}",
                    $"Edit it, or run with --set={Path}={retirement.Successor}."
                )
            );
        }
        else
        {
            warnings.Add(
                $"{value.Location}: {Path} is {found} retires on {retirement.Date:yyyy-MM-dd}; from then on it must be another, "
                    + $"such as {retirement.Successor}."
            );
        }
    }

    private static EnvironmentConfig? ReadEnvironment(
        string repositoryRoot,
        Experiment experiment,
        LocatedValue root,
        List<ConfigFault> faults
    )
    {
        // Empty when the key itself is faulty, which is already reported.
        if (experiment.EnvConfigFile.Length == 0)
            return null;
        var folder = Path.Combine(repositoryRoot, Folder);
        var source = $"{Folder}/{experiment.EnvConfigFile}";
        if (!File.Exists(Path.Combine(folder, experiment.EnvConfigFile)))
        {
            var names = ConfigFile.Names(folder);
            var named = root.Find("ENV_CONFIG_FILE")!.Value;
            faults.Add(
                new(
                    named.Location,
                    "ENV_CONFIG_FILE",
                    named.Shown,
                    names.Count == 0 ? $"a file in {Folder}/, which holds none" : $"a file in {Folder}/: {string.Join(", ", names)}"
                )
            );
            return null;
        }

        var before = faults.Count;
        var environment = EnvironmentConfigReader.Read(Path.Combine(folder, experiment.EnvConfigFile), source, faults);
        if (
            environment is null
            || experiment.DataMount.Length == 0
            || environment.Datastores.ContainsKey(experiment.DataMount)
            || (faults.Count > before && environment.Datastores.Count == 0)
        )
        {
            return environment;
        }

        var mount = root.Find("DATA_MOUNT")!.Value;
        var datastores = environment.Datastores.Keys.Order(StringComparer.Ordinal).ToList();
        faults.Add(
            new(
                mount.Location,
                "DATA_MOUNT",
                mount.Shown,
                datastores.Count == 0
                    ? $"a name of DATASTORES in {source}, which holds none"
                    : $"a name of DATASTORES in {source}: {string.Join(", ", datastores)}"
            )
        );
        return environment;
    }
}
