using System.Globalization;
using Build.CommandLine;
using Build.CommandLine.Groups.Schedules;
using Cake.Core;
using Workspaces.Schedules;

namespace Build.Sessions.Schedules;

/// <summary>What the command line asks of the target Schedule.</summary>
/// <param name="Action">What becomes of the schedule.</param>
/// <param name="Name">Name of the schedule; null for that of the experiment.</param>
/// <param name="Timing">When it fires; null for any action except Create.</param>
internal sealed record ScheduleRequest(ScheduleAction Action, string? Name, ScheduleTiming? Timing)
{
    private static readonly Argument[] Times =
    [
        ScheduleArguments.Cron,
        ScheduleArguments.Every,
        ScheduleArguments.At,
        ScheduleArguments.On,
        ScheduleArguments.TimeZone,
        ScheduleArguments.Starts,
        ScheduleArguments.Ends,
    ];

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="CakeException">Carries every fault, one per line.</exception>
    public static ScheduleRequest Read(CommandArguments arguments)
    {
        var isTimed = arguments.IsGiven(ScheduleArguments.Cron) || arguments.IsGiven(ScheduleArguments.Every);
        var action = arguments.Get(ScheduleArguments.Action) ?? (isTimed ? ScheduleAction.Create : ScheduleAction.List);
        var faults = (action == ScheduleAction.Create ? TimingFaults(arguments) : Misplaced(arguments, action)).ToList();
        if (faults.Count > 0)
            throw new CakeException(string.Join(System.Environment.NewLine, faults));
        return new(action, arguments.Get(ScheduleArguments.Schedule), action == ScheduleAction.Create ? ReadTiming(arguments) : null);
    }

    private static IEnumerable<string> Misplaced(CommandArguments arguments, ScheduleAction action) =>
        Times
            .Where(arguments.IsGiven)
            .Select(argument => $"--{argument.Name} says when a schedule fires; it must be given with --action=create, or be left out.")
            .Concat(
                action == ScheduleAction.List && arguments.IsGiven(ScheduleArguments.Schedule)
                    ?
                    [
                        "--schedule names one schedule, and list shows all; it must be left out, or given with --action=create, pause, "
                            + "resume or delete.",
                    ]
                    : []
            );

    private static IEnumerable<string> TimingFaults(CommandArguments arguments)
    {
        var every = arguments.Get(ScheduleArguments.Every);
        var hasCron = arguments.IsGiven(ScheduleArguments.Cron);
        if (hasCron == every is not null)
        {
            var found = hasCron ? "--cron and --every are both given" : "--cron and --every are missing";
            yield return $"{found}; exactly one must be given.";
        }

        var hasTimes = arguments.IsGiven(ScheduleArguments.At);
        if (hasTimes && every is not { Unit: "Day" or "Week" or "Month" })
            yield return "--at is given; it must be given with --every and days, weeks or months, or be left out.";
        var days = arguments.Get(ScheduleArguments.On);
        if (days.Count > 0 && !hasTimes)
            yield return "--on is given without --at; both must be given: Azure ML takes days only with their times.";
        if (days.Count > 0 && every is { Unit: var unit } && unit != (char.IsAsciiDigit(days[0][0]) ? "Month" : "Week"))
        {
            yield return $"--on is \"{string.Join(',', days)}\"; it must be days of the week with --every and weeks, or of the month with "
                + "months.";
        }

        var (starts, ends) = (
            ScheduleArguments.Timestamp(arguments.Get(ScheduleArguments.Starts)),
            ScheduleArguments.Timestamp(arguments.Get(ScheduleArguments.Ends))
        );
        if (starts is not null && ends is not null && string.CompareOrdinal(starts, ends) >= 0)
            yield return $"--ends is \"{ends}\"; it must be after --starts, which is {starts}.";
    }

    private static ScheduleTiming ReadTiming(CommandArguments arguments)
    {
        var every = arguments.Get(ScheduleArguments.Every);
        var times = arguments.Get(ScheduleArguments.At);
        var days = arguments.Get(ScheduleArguments.On);
        var areNumbers = days.Count > 0 && char.IsAsciiDigit(days[0][0]);
        return new(
            arguments.Get(ScheduleArguments.Cron),
            every?.Unit,
            every?.Count ?? 0,
            [.. times.Select(time => time.Hour)],
            [.. times.Select(time => time.Minute).Distinct()],
            areNumbers ? [] : days,
            areNumbers ? [.. days.Select(day => int.Parse(day, CultureInfo.InvariantCulture))] : [],
            arguments.Get(ScheduleArguments.TimeZone),
            ScheduleArguments.Timestamp(arguments.Get(ScheduleArguments.Starts)),
            ScheduleArguments.Timestamp(arguments.Get(ScheduleArguments.Ends))
        );
    }
}
