using System.Text;

namespace EndToEnd.Resilience;

/// <summary>A log that was made from known lines.</summary>
public sealed class KnownLog
{
    private static readonly string[] Words = ["step", "loss 0.4321", "straße", "路面の穴", "🚧🚧", "\t", "  ", "{\"a\": 1}", "%"];

    private readonly List<(int Start, int End, string Text)> lines = [];

    /// <param name="random">Decides the lines: short and long ones, empty ones, progress lines, and whether the last one has an
    /// end.</param>
    public KnownLog(Random random)
    {
        using var bytes = new MemoryStream();
        var count = random.Next(1, 60);
        // One log in four repeats one line, so that its parts cannot be distinguished by their content.
        var isDull = random.Next(4) == 0;
        for (var n = 0; n < count; n++)
        {
            var text = isDull ? "step" : $"{n} {string.Join(' ', random.GetItems(Words, random.Next(5)))}";
            switch (random.Next(12))
            {
                case 0:
                    text += new string('x', random.Next(2000, 20_000));
                    break;
                case 1 when n > 0:
                    text = "";
                    break;
                case 2:
                    for (var percent = random.Next(1, 9); percent < 10; percent++)
                    {
                        Add(bytes, $"{percent}0 % of {n}", "\r");
                    }

                    break;
            }

            var isLast = n == count - 1;
            Add(
                bytes,
                text,
                isLast && text.Length > 0 && random.Next(3) == 0 ? ""
                    : random.Next(6) == 0 ? "\r\n"
                    : "\n"
            );
        }

        Bytes = bytes.ToArray();
    }

    public byte[] Bytes { get; }

    public IEnumerable<string> Lines => lines.Select(line => line.Text);

    /// <summary>
    /// The readable part of an attempt that was ended after <paramref name="length"/> bytes: lines with their ends, and the text after
    /// the last of them.
    /// </summary>
    public (List<string> Whole, byte[] Beginning) LinesOf(int length)
    {
        var whole = lines.Where(line => line.End < length).ToList();
        var rest = lines.Skip(whole.Count).Select(line => Bytes[Math.Min(line.Start, length)..length]).FirstOrDefault() ?? [];
        return ([.. whole.Select(line => line.Text)], rest);
    }

    private void Add(MemoryStream bytes, string text, string end)
    {
        var start = (int)bytes.Length;
        bytes.Write(Encoding.UTF8.GetBytes(text));
        lines.Add((start, (int)bytes.Length, text));
        bytes.Write(Encoding.UTF8.GetBytes(end));
    }
}
