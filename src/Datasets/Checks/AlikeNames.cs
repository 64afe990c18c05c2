using System.Text;
using System.Text.RegularExpressions;

namespace Datasets.Checks;

/// <summary>
/// Finds what is left of a name where its look does not differ. The table is that of the trainer's alike.py; this program has no tables of
/// Unicode. Case, accents and signs that nobody sees are lost; letters of other alphabets become the Latin ones that they look like.
/// </summary>
internal static partial class AlikeNames
{
    private const string Latin =
        "aaaaaaæceeeeiiiiðnooooo\u00d7øuuuuyþßaaaaaaæceeeeiiiiðnooooo\u00f7øuuuuyþyaaaaaaccccccccdd"
        + "đđeeeeeeeeeegggggggghhħħiiiiiiiiiıĳĳjjkkĸllllllŀŀłłnnnnnnŉŋŋooooooœœrrrrrrssssssssttttŧŧuu"
        + "uuuuuuuuuuwwyyyzzzzzzſ";

    private const string GreekAndCyrillic =
        "ͱͱͳͳʹ\u0375ͷͷ\u0378\u0379ͺͻͼͽ;ϳ\u0380\u0381\u0382\u0383\u0384\u00a8a\u00b7ehi\u038bo\u038d"
        + "yωiabγδezhθikλmnξoπp\u03a2σtyφxψωiyaehiyabγδezhθikλmnξoπpςσtyφxψωiyoyωϗϐϑϒϒϒϕϖϗϙϙϛϛϝϝϟϟϡϡϣ"
        + "ϣϥϥϧϧϩϩϫϫϭϭϯϯϰϱϲϳθϵ\u03f6ϸϸϲϻϻϼͻͼͽeeђгєsiijљњћkиyџaбbгдeжзииkлmhoпpctyфxцчшщъыьэюяaбbгдeжз"
        + "ииkлmhoпpctyфxцчшщъыьэюяeeђгєsiijљњћkиyџ";

    private const string MoreLatin =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprr"
        + "rrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyẚſẜẝßẟaaaaaaaaaaaaaaaaaaaa"
        + "aaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỻỽỽỿỿ";

    private const string Kana =
        "\u3040ぁあぃいぅうぇえぉおかかききくくけけここささししすすせせそそたたちちっつつててととなにぬねのはははひひひふふふへへへほほほまみむめもゃやゅゆょよらりるれろゎわゐゑをんう"
        + "ゕゖ\u3097\u3098\u3099\u309a\u309b\u309cゝゝゟ\u30a0ァアィイゥウェエォオカカキキククケケココササシシススセセソソタタチチッツツテテトトナニ"
        + "ヌネノハハハヒヒヒフフフヘヘヘホホホマミムメモャヤュユョヨラリルレロヮワヰヱヲンウヵヶワヰヱヲ\u30fbーヽヽヿ";

    private const char FirstSyllable = '\uac00';
    private const char LastSyllable = '\ud7a3';

    /// <summary>Returns a name without its folder, the style of its path, case, accents, and signs that nobody sees.</summary>
    public static string Reduce(string name)
    {
        var reduced = new StringBuilder(name.Length);
        foreach (var letter in name.AsSpan(name.LastIndexOfAny(['/', '\\']) + 1))
        {
            if (letter is >= FirstSyllable and <= LastSyllable)
                AppendParts(reduced, letter - FirstSyllable);
            else if (Reduce(letter) is { } left)
                reduced.Append(left);
        }

        return reduced.ToString();
    }

    /// <summary>Returns a name of a class without the same signs; a folder is part of it, and blanks in a row are one.</summary>
    public static string ReduceClass(string name) => Blanks().Replace(string.Join('/', name.Split('/', '\\').Select(Reduce)), " ");

    private static char? Reduce(char letter) =>
        letter switch
        {
            >= 'A' and <= 'Z' => (char)(letter | 0x20),
            '\u00a0' or (>= '\u2000' and <= '\u200a') or '\u202f' or '\u3000' => ' ',
            (>= '\u2010' and <= '\u2015') or '\u2212' => '-',
            '\u00ad' or (>= '\u0300' and <= '\u036f') or (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') => null,
            (>= '\u2060' and <= '\u2064') or '\u3099' or '\u309a' or '\ufeff' => null,
            '\u212a' => 'k',
            '\u212b' => 'a',
            >= '\u00c0' and < '\u0180' => Latin[letter - '\u00c0'],
            >= '\u0370' and < '\u0460' => GreekAndCyrillic[letter - '\u0370'],
            >= '\u1e00' and < '\u1f00' => MoreLatin[letter - '\u1e00'],
            >= '\u3040' and < '\u3100' => Kana[letter - '\u3040'],
            >= '\uff01' and <= '\uff5e' => Reduce((char)(letter - 0xfee0)),
            _ => letter,
        };

    // A syllable of Hangul is a first consonant of 19, a vowel of 21, and a last consonant of 27, or none.
    private static void AppendParts(StringBuilder reduced, int syllable)
    {
        reduced.Append((char)('\u1100' + (syllable / 588))).Append((char)('\u1161' + (syllable % 588 / 28)));
        if (syllable % 28 is > 0 and var last)
            reduced.Append((char)('\u11a7' + last));
    }

    [GeneratedRegex(" +", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: -1)]
    private static partial Regex Blanks();
}
