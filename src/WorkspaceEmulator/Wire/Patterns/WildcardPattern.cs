namespace WorkspaceEmulator.Wire.Patterns;

/// <summary>
/// Matches a pattern with placeholders. The time is at most the product of both lengths, whatever the pattern is, as it may come from
/// anybody.
/// </summary>
internal sealed class WildcardPattern
{
    private readonly List<(Kind Kind, char Letter)> elements = [];
    private readonly bool ignoresCase;

    private WildcardPattern(bool ignoresCase) => this.ignoresCase = ignoresCase;

    private enum Kind
    {
        Letter,
        AnyLetter,
        AnyText,
        AnyPartOfSegment,
    }

    /// <summary>
    /// Reads a pattern in which <c>*</c> stands for anything within a segment and <c>**</c> for anything across segments.
    /// </summary>
    public static WildcardPattern OfPath(string pattern, bool ignoresCase = true)
    {
        var read = new WildcardPattern(ignoresCase);
        for (var at = 0; at < pattern.Length; at++)
        {
            if (pattern[at] != '*')
                read.Add(Kind.Letter, pattern[at]);
            else if (at + 1 < pattern.Length && pattern[at + 1] == '*')
                read.Add(Kind.AnyText, pattern[at++]);
            else
                read.Add(Kind.AnyPartOfSegment, pattern[at]);
        }

        return read;
    }

    /// <summary>Reads a pattern of SQL's LIKE: <c>%</c> stands for any text, and <c>_</c> for any letter.</summary>
    public static WildcardPattern OfLike(string pattern, bool ignoresCase)
    {
        var read = new WildcardPattern(ignoresCase);
        foreach (var letter in pattern)
        {
            read.Add(
                letter switch
                {
                    '%' => Kind.AnyText,
                    '_' => Kind.AnyLetter,
                    _ => Kind.Letter,
                },
                letter
            );
        }

        return read;
    }

    /// <summary>Returns whether the whole text matches.</summary>
    public bool IsMatch(string text)
    {
        // Which beginnings of the pattern the text up to here matches.
        var reached = new bool[elements.Count + 1];
        reached[0] = true;
        SkipEmpty(reached);
        foreach (var letter in text)
        {
            // From the end, as an element reads what the one before it had reached.
            for (var at = elements.Count; at > 0; at--)
            {
                var (kind, wanted) = elements[at - 1];
                reached[at] = kind switch
                {
                    Kind.Letter => reached[at - 1] && IsSame(letter, wanted),
                    Kind.AnyLetter => reached[at - 1],
                    Kind.AnyText => reached[at] || reached[at - 1],
                    _ => letter != '/' && (reached[at] || reached[at - 1]),
                };
            }

            reached[0] = false;
            SkipEmpty(reached);
        }

        return reached[^1];
    }

    // Several placeholders for any text in a row are one.
    private void Add(Kind kind, char letter)
    {
        if (kind != Kind.AnyText || elements.Count == 0 || elements[^1].Kind != Kind.AnyText)
            elements.Add((kind, ignoresCase ? char.ToUpperInvariant(letter) : letter));
    }

    // A placeholder may also stand for nothing.
    private void SkipEmpty(bool[] reached)
    {
        for (var at = 1; at < reached.Length; at++)
            reached[at] |= elements[at - 1].Kind is Kind.AnyText or Kind.AnyPartOfSegment && reached[at - 1];
    }

    private bool IsSame(char letter, char wanted) => (ignoresCase ? char.ToUpperInvariant(letter) : letter) == wanted;
}
