using System.Text;
using System.Text.RegularExpressions;
using CodeHosts.Text;

namespace CodeHosts.Comments;

/// <summary>
/// The text of the one comment: a marker, the state of the jobs, and one section per experiment, which can be replaced by itself.
/// </summary>
public sealed partial class CommentText
{
    /// <summary>Marks the comment. It is invisible; the author is compared too, because anyone can paste it.</summary>
    public const string Marker = "<!-- model-training:verdict -->";

    private const string Heading = "## Model training";

    private const string JobState = "jobs";

    private const int MostJobs = 40;

    private readonly List<(string Name, string Text)> sections = [];

    /// <summary>The jobs that the pull request started, the oldest first.</summary>
    public IReadOnlyList<LaunchedJob> Jobs { get; private set; } = [];

    /// <summary>Reads a comment that this program wrote.</summary>
    /// <param name="body">The text; null for a comment that does not exist yet.</param>
    public static CommentText Read(string? body)
    {
        var comment = new CommentText();
        var text = (body ?? "").ReplaceLineEndings("\n");
        comment.Jobs = ReadJobs(text);
        foreach (Match section in Section().Matches(text))
            comment.sections.Add((section.Groups["name"].Value, section.Groups["text"].Value.Trim('\n')));
        return comment;
    }

    /// <summary>Replaces a section, or adds it at the end.</summary>
    /// <param name="name">Its name, from outside.</param>
    /// <param name="markdown">Markdown in which foreign text is escaped. Hidden comments in it become visible: only this class writes
    /// any.</param>
    public void Set(string name, string markdown)
    {
        ArgumentNullException.ThrowIfNull(markdown);
        var key = Key(name);
        var text = markdown.ReplaceLineEndings("\n").Replace("<!--", "&lt;!--", StringComparison.Ordinal).Trim('\n');
        var index = sections.FindIndex(section => section.Name == key);
        if (index < 0)
            sections.Add((key, text));
        else
            sections[index] = (key, text);
    }

    /// <summary>Adds the state of a job, or replaces it.</summary>
    public void Set(LaunchedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        Jobs = Jobs.Any(known => known.Job == job.Job)
            ? [.. Jobs.Select(known => known.Job == job.Job ? job : known)]
            : [.. Jobs.Append(job).TakeLast(MostJobs)];
    }

    /// <summary>Adds the jobs that are not known yet.</summary>
    internal void AddMissing(IEnumerable<LaunchedJob> jobs)
    {
        foreach (var job in jobs.Where(job => !Jobs.Any(known => known.Job == job.Job)))
            Set(job);
    }

    /// <summary>Adds the jobs and sections that are not known yet.</summary>
    internal void AddMissing(CommentText other)
    {
        AddMissing(other.Jobs);
        sections.AddRange(other.sections.Where(section => !sections.Any(known => known.Name == section.Name)));
    }

    /// <summary>Returns the whole comment.</summary>
    /// <param name="longest">The most characters. Sections that were changed longest ago are left out first.</param>
    /// <param name="last">The section that must stay; it is cut when it is too long by itself.</param>
    public string Write(int longest, string? last = null)
    {
        var kept = sections.ToList();
        var key = last is null ? null : Key(last);
        var omitted = 0;
        while (true)
        {
            var text = Compose(kept, omitted);
            if (text.Length <= longest)
                return text;
            var victim = kept.FindIndex(section => section.Name != key);
            if (victim < 0)
                return Cut(kept, omitted, text.Length - longest);
            kept.RemoveAt(victim);
            omitted++;
        }
    }

    private string Cut(List<(string Name, string Text)> kept, int omitted, int excess)
    {
        const string Note = "\n\n*The rest is left out: the comment would be longer than the host allows. The report has all of it.*";
        if (kept.Count == 0)
            return Compose([], omitted);
        var (name, text) = kept[0];
        var length = Math.Max(0, text.Length - excess - Note.Length);
        var end = length > 0 ? text.LastIndexOf('\n', length - 1) : 0;
        return Compose([(name, text[..Math.Max(0, end)] + Note)], omitted);
    }

    private string Compose(List<(string Name, string Text)> shown, int omitted)
    {
        var body = new StringBuilder().Append(Marker).Append('\n');
        if (Jobs.Count > 0)
            body.Append(HiddenState.Write(JobState, Jobs));
        body.Append(Heading).Append('\n');
        foreach (var (name, text) in shown)
            body.Append($"\n<!-- model-training:section {name} -->\n{text}\n<!-- model-training:end -->\n");
        if (omitted > 0)
            body.Append($"\n*{omitted} older {(omitted == 1 ? "section is" : "sections are")} left out: the comment would be too long.*\n");
        return body.ToString();
    }

    private static string Key(string name)
    {
        var key = NotInKeys().Replace(SafeText.Show(name, 80), "-");
        return key.Length == 0 ? "-" : key;
    }

    private static IReadOnlyList<LaunchedJob> ReadJobs(string text) =>
        [
            .. (HiddenState.Read<IReadOnlyList<LaunchedJob?>>(text, JobState) ?? [])
                .OfType<LaunchedJob>()
                .Where(job =>
                    job
                        is {
                            Job: not null,
                            ExpConfig: not null,
                            Overrides: not null,
                            EnvironmentFile: not null,
                            Commit: not null,
                            Status: not null
                        }
                ),
        ];

    [GeneratedRegex(
        "^<!-- model-training:section (?<name>[A-Za-z0-9._-]+) -->\n(?<text>.*?)\n<!-- model-training:end -->$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Section();

    [GeneratedRegex("[^A-Za-z0-9._-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInKeys();
}
