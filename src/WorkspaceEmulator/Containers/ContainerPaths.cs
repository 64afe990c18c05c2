using WorkspaceEmulator.Execution;
using WorkspaceEmulator.Jobs;

namespace WorkspaceEmulator.Containers;

/// <summary>
/// Describes where a job's files are inside its container: plain paths of their own, as on Azure, so that neither this machine's paths nor
/// the permissions of the folders above them matter.
/// </summary>
/// <param name="Paths">What the command is told.</param>
/// <param name="Mounts">What the engine mounts.</param>
internal sealed record ContainerPaths(JobPaths Paths, IReadOnlyList<ContainerMount> Mounts)
{
    private const string Root = "/mnt/azureml";

    public static ContainerPaths Of(JobAttempt job, string certificate)
    {
        var mounts = new List<ContainerMount>
        {
            new(job.Run.WorkingFolder, $"{Root}/wd", IsReadOnly: false),
            new(certificate, $"{Root}/emulator.crt", IsReadOnly: true),
        };
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, path) in job.Mounts.Inputs)
        {
            var input = job.Definition.Inputs[name];
            inputs[name] =
                input.Kind == JobInputKind.Address
                    ? path // An address, not a path.
                    : Mount(input.PathOnCompute ?? $"{Root}/inputs/{name}", path, isFile: File.Exists(path), isReadOnly: !input.IsWritable);
        }

        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, path) in job.Mounts.Outputs)
        {
            // The file of an output does not exist yet, so its folder is mounted.
            var output = job.Definition.Outputs[name];
            if (output.IsAddress)
            {
                outputs[name] = path;
                continue;
            }

            var isFile = output.IsFile;
            var target = Mount(
                output.PathOnCompute ?? $"{Root}/outputs/{name}",
                isFile ? Path.GetDirectoryName(path)! : path,
                isFile: false,
                isReadOnly: false
            );
            outputs[name] = isFile ? $"{target}/{Path.GetFileName(path)}" : target;
        }

        return new(new(new(inputs, outputs, job.Mounts.Literals), $"{Root}/wd", $"{Root}/emulator.crt"), mounts);

        string Mount(string target, string source, bool isFile, bool isReadOnly)
        {
            var place = isFile ? $"{target}/{Path.GetFileName(source)}" : target;
            mounts.Add(new(source, place, isReadOnly));
            return place;
        }
    }
}
