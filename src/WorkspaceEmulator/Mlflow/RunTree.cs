using WorkspaceEmulator.Access;
using WorkspaceEmulator.Runs;
using WorkspaceEmulator.Workspaces;

namespace WorkspaceEmulator.Mlflow;

/// <summary>Follows nested runs to their parents, and decides who may use them.</summary>
internal static class RunTree
{
    /// <summary>The tag that names the parent of a run.</summary>
    public const string ParentTag = "mlflow.parentRunId";

    /// <summary>The property that names the run whose job created a nested run. It never changes, while tags can.</summary>
    public const string CreatorProperty = "azureml.parentRunId";

    private const int Deepest = 16;

    /// <summary>Returns the topmost ancestor of a run, or the run itself.</summary>
    public static Run RootOf(Run run, Workspace workspace)
    {
        var root = run;
        for (var depth = 0; depth < Deepest; depth++)
        {
            if (root.Document.Tags.GetValueOrDefault(ParentTag) is not { } parent || !workspace.Runs.TryGetValue(parent, out var above))
                break;
            root = above;
        }

        return root;
    }

    /// <summary>Returns whether a caller may read and write a run: its owner, its job, or the job that created it below itself.</summary>
    public static bool MayUse(Caller caller, Run run, Workspace workspace)
    {
        var (above, depth) = (run, 0);
        while (!caller.MayUse(above.Key))
        {
            if (
                above.IsJob
                || depth++ == Deepest
                || above.Document.Properties.GetValueOrDefault(CreatorProperty) is not { } creator
                || !workspace.Runs.TryGetValue(creator, out var next)
            )
            {
                return false;
            }

            above = next;
        }

        return true;
    }
}
