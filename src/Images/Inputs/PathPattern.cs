using System.Text.RegularExpressions;

namespace Images.Inputs;

/// <summary>Matches whole paths with the wildcards of an ignore file, in time linear in the length of the path.</summary>
internal sealed class PathPattern
{
    private readonly IReadOnlyList<Element> elements;

    private PathPattern(IReadOnlyList<Element> elements) => this.elements = elements;

    private enum Kind
    {
        /// <summary>One certain character.</summary>
        Letter,

        /// <summary><c>?</c>: one character other than a slash.</summary>
        AnyLetter,

        /// <summary><c>[a-z]</c>: one character of a class.</summary>
        Class,

        /// <summary><c>*</c>: characters other than slashes, or none.</summary>
        WithinFolder,

        /// <summary><c>**/</c>: folders, or none.</summary>
        Folders,

        /// <summary><c>**</c> at the end: characters, or none.</summary>
        Anything,
    }

    /// <summary>Reads a pattern without faults.</summary>
    public static PathPattern Parse(string pattern)
    {
        var read = new List<Element>();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    read.Add(new(i + 1 == pattern.Length ? Kind.Anything : Kind.Folders));
                    break;
                case '*':
                    read.Add(new(Kind.WithinFolder));
                    break;
                case '?':
                    read.Add(new(Kind.AnyLetter));
                    break;
                case '\\':
                    read.Add(new(Kind.Letter, pattern[++i]));
                    break;
                case '[':
                    var end = ClassEnd(pattern, i)!.Value;
                    // Unescaped, .NET would treat an inner bracket as the start of a class to subtract.
                    var members = Escaped(pattern.AsSpan(i + 1, end - i - 1));
                    read.Add(new(Kind.Class, Class: new Regex($"[{members}]", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))));
                    i = end;
                    break;
                default:
                    read.Add(new(Kind.Letter, pattern[i]));
                    break;
            }
        }

        return new(read);
    }

    /// <summary>Returns the index of the bracket that closes a class; null when it is missing or the class is empty.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="start">The index of the bracket that opens the class.</param>
    public static int? ClassEnd(string pattern, int start)
    {
        var first = start + 1 < pattern.Length && pattern[start + 1] == '^' ? start + 2 : start + 1;
        for (var i = first; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
                i++;
            else if (pattern[i] == ']')
                return i > first ? i : null;
        }

        return null;
    }

    /// <summary>Returns whether the pattern matches a whole path.</summary>
    public bool Matches(ReadOnlySpan<char> path)
    {
        // At each index: whether the elements so far match the characters before it.
        var matched = new bool[path.Length + 1];
        matched[0] = true;
        foreach (var element in elements)
            Advance(element, path, matched);
        return matched[^1];
    }

    private static void Advance(Element element, ReadOnlySpan<char> path, bool[] matched)
    {
        if (element.Kind is Kind.Letter or Kind.AnyLetter or Kind.Class)
        {
            for (var i = path.Length; i > 0; i--)
                matched[i] = matched[i - 1] && element.Accepts(path.Slice(i - 1, 1));
            matched[0] = false;
            return;
        }

        var entered = false;
        for (var i = 0; i < path.Length; i++)
        {
            entered |= matched[i];
            matched[i + 1] |= element.Kind switch
            {
                Kind.WithinFolder => matched[i] && path[i] != '/',
                Kind.Folders => entered && path[i] == '/',
                _ => entered,
            };
        }
    }

    private static string Escaped(ReadOnlySpan<char> members)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < members.Length; i++)
        {
            if (members[i] == '\\')
                text.Append('\\').Append(members[++i]);
            else if (members[i] == '[')
                text.Append(@"\[");
            else
                text.Append(members[i]);
        }

        return text.ToString();
    }

    private sealed record Element(Kind Kind, char Letter = '\0', Regex? Class = null)
    {
        /// <summary>Returns whether an element of one character accepts it.</summary>
        public bool Accepts(ReadOnlySpan<char> letter) =>
            Kind switch
            {
                Kind.Letter => letter[0] == Letter,
                Kind.AnyLetter => letter[0] != '/',
                _ => Class!.IsMatch(letter),
            };
    }
}
