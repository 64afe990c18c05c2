using System.Globalization;
using System.Text;
using Experiments.Json;
using Experiments.Model;
using Experiments.Plans;

namespace Experiments.Planning;

/// <summary>Checks what a job is given against the limits of the node and the service, so that nothing starts and then fails.</summary>
internal static class JobLimits
{
    /// <summary>Bytes of one environment variable on Linux (MAX_ARG_STRLEN): name, equals sign, value and a closing NUL.</summary>
    private const int LongestVariable = 131_072;

    private const int LongestTag = Experiment.LongestDescription;

    /// <summary>Returns the faults of a plan.</summary>
    public static IEnumerable<ConfigFault> FindFaults(ExperimentPlan plan)
    {
        var where = new ConfigLocation("exp_config");
        foreach (var (name, value) in JobMetadata.Variables(plan))
        {
            var bytes = Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) + 2;
            if (bytes > LongestVariable)
            {
                yield return new(
                    where,
                    "",
                    $"{Number(bytes)} bytes long",
                    $"at most {Number(LongestVariable)}, the limit of Linux for one environment variable",
                    "Shorten DESCRIPTION or HYPERTUNE_PARAMS.SEARCH_SPACE."
                )
                {
                    Subject = $"the job's variable {name}",
                };
            }
        }

        foreach (var (name, value) in JobMetadata.Tags(plan).Where(tag => tag.Value.Length > LongestTag))
        {
            yield return new(
                where,
                "",
                $"{Number(value.Length)} characters long",
                $"at most {Number(LongestTag)}, the limit of MLflow for a tag"
            )
            {
                Subject = $"the job's tag {name}",
            };
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
