using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>Fires at the times of a cron expression.</summary>
public partial class CronTrigger : MachineLearningTriggerBase
{
    /// <param name="expression">Minutes, hours, days, months and days of the week.</param>
    public CronTrigger(string expression)
        : base("Cron")
    {
        ArgumentNullException.ThrowIfNull(expression);
        Expression = expression;
    }

    public string Expression { get; set; }

    internal override void WriteOwnMembers(Utf8JsonWriter writer) => writer.WriteString("expression", Expression);
}
