using Build.Log;
using Build.Log.Displays;
using CodeHosts.Annotations;

namespace Build.Sessions.Planning;

/// <summary>The result of one check of the Doctor.</summary>
/// <param name="Status">ok, later (checked by another target) or fault.</param>
/// <param name="Subject">What was checked.</param>
/// <param name="Text">What was found.</param>
internal sealed record Finding(string Status, string Subject, string Text)
{
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public IReadOnlyList<string> Faults { get; private init; } = [];

    /// <summary>The faults as a platform shows them beside the changed lines.</summary>
    public IReadOnlyList<CodeFault> Places { get; private init; } = [];

    /// <summary>What to do about the faults; null when each fault says it.</summary>
    public string? Advice { get; init; }

    public static Finding Ok(string subject, string text) => new("ok", subject, text);

    public static Finding Later(string subject, string text) => new("later", subject, text);

    public static Finding Fault(string subject, string text, IReadOnlyList<string> faults, IReadOnlyList<CodeFault> places) =>
        new("fault", subject, text) { Faults = faults, Places = places };

    /// <summary>Converts the result to a row; long lists are shortened, and files of the run have them whole.</summary>
    public ListingRow ToRow(BuildContext context) =>
        new(Status, Subject, Text)
        {
            Tone = Status switch
            {
                "ok" => Tone.Good,
                "fault" => Tone.Bad,
                _ => Tone.Caution,
            },
            Warnings = FaultLines.Shorten(context, $"doctor-{Subject}-warnings.txt", Warnings),
            Faults = FaultLines.Shorten(context, $"doctor-{Subject}-faults.txt", Faults),
            Advice = Advice is null ? [] : [Advice],
        };
}
