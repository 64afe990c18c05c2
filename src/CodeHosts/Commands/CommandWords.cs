using System.Text;
using Experiments.Text;

namespace CodeHosts.Commands;

/// <summary>Splits a command at blanks. Double quotes keep blanks in a value; nothing else has a meaning, as it has in a shell.</summary>
internal static class CommandWords
{
    private const int LongestLine = 4000;

    /// <summary>Returns the words.</summary>
    /// <param name="line">One line.</param>
    /// <param name="faults">Receives the faults.</param>
    public static IReadOnlyList<string> Split(string line, List<string> faults)
    {
        if (line.Length > LongestLine)
        {
            faults.Add($"the command has {line.Length} characters; it must have at most {LongestLine}.");
            return [];
        }

        line = line.Replace('\t', ' ').TrimEnd();
        if (ForeignText.StripControls(line) != line)
        {
            faults.Add("the command has invisible characters; it must have none: type it instead of pasting it.");
            return [];
        }

        var (words, word, isQuoted, isOpen) = (new List<string>(), new StringBuilder(), false, false);
        foreach (var letter in line)
        {
            if (letter == '"')
            {
                (isQuoted, isOpen) = (!isQuoted, true);
            }
            else if (letter == ' ' && !isQuoted)
            {
                if (isOpen)
                    words.Add(word.ToString());
                word.Clear();
                isOpen = false;
            }
            else
            {
                word.Append(letter);
                isOpen = true;
            }
        }

        if (isQuoted)
            faults.Add("a quotation mark is not closed; each must have a second one.");
        if (isOpen)
            words.Add(word.ToString());
        return words;
    }
}
