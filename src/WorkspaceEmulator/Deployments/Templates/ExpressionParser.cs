using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Parses the expressions of templates.</summary>
/// <remarks>
/// Source: template syntax of Azure Resource Manager,
/// <see href="https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions"/>.
/// </remarks>
internal sealed class ExpressionParser
{
    private const int DeepestNesting = 100;
    private readonly string text;
    private int position;
    private int depth;

    private ExpressionParser(string text) => this.text = text;

    /// <summary>Returns whether a text is an expression: it is in brackets, and the first one is not doubled.</summary>
    public static bool IsExpression(string text) =>
        text.StartsWith('[') && text.EndsWith(']') && !text.StartsWith("[[", StringComparison.Ordinal);

    /// <summary>Parses a text that is an expression.</summary>
    /// <exception cref="TemplateException">The text is no expression.</exception>
    public static TemplateExpression Parse(string text)
    {
        var parser = new ExpressionParser(text[1..^1]);
        var expression = parser.ReadValue();
        parser.SkipSpaces();
        return parser.position == parser.text.Length ? expression : throw parser.Fault("the end of the expression");
    }

    private TemplateExpression ReadValue()
    {
        if (++depth > DeepestNesting)
            throw new TemplateException($"The expression '{Shown()}' is nested too deeply; it must have at most {DeepestNesting} levels.");
        SkipSpaces();
        TemplateExpression value = Peek() switch
        {
            '\'' => new TemplateExpression.Literal(JsonValue.Create(ReadText())),
            '-' or (>= '0' and <= '9') => new TemplateExpression.Literal(JsonValue.Create(ReadNumber())),
            _ => ReadCall(),
        };
        while (true)
        {
            SkipSpaces();
            if (Take('.'))
            {
                value = new TemplateExpression.Member(value, new TemplateExpression.Literal(JsonValue.Create(ReadName())));
            }
            else if (Take('['))
            {
                value = new TemplateExpression.Member(value, ReadValue());
                Expect(']');
            }
            else
            {
                depth--;
                return value;
            }
        }
    }

    private TemplateExpression.Call ReadCall()
    {
        var name = ReadName();
        // Functions of a user have a namespace before the name.
        while (Take('.'))
            name += $".{ReadName()}";
        Expect('(');
        var arguments = new List<TemplateExpression>();
        SkipSpaces();
        if (Take(')'))
            return new(name, arguments);
        do arguments.Add(ReadValue());
        while (TakeAfterSpaces(','));
        Expect(')');
        return new(name, arguments);
    }

    private string ReadName()
    {
        SkipSpaces();
        var start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_'))
            position++;
        return position > start ? text[start..position] : throw Fault("a name");
    }

    private string ReadText()
    {
        Expect('\'');
        var value = new StringBuilder();
        while (true)
        {
            if (position == text.Length)
                throw Fault("a closing quote");
            var character = text[position++];
            if (character != '\'')
                value.Append(character);
            else if (Take('\''))
                value.Append('\''); // A doubled quote stands for one.
            else
                return value.ToString();
        }
    }

    private long ReadNumber()
    {
        var start = position;
        if (Peek() == '-')
            position++;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
            position++;
        return long.TryParse(
            text.AsSpan(start, position - start),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : throw Fault("a whole number");
    }

    private char Peek() => position < text.Length ? text[position] : '\0';

    private bool Take(char character)
    {
        if (Peek() != character)
            return false;
        position++;
        return true;
    }

    private bool TakeAfterSpaces(char character)
    {
        SkipSpaces();
        return Take(character);
    }

    private void Expect(char character)
    {
        if (!TakeAfterSpaces(character))
            throw Fault($"'{character}'");
    }

    private void SkipSpaces()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
            position++;
    }

    private string Shown() => text.Length > 200 ? text[..200] + "…" : text;

    private TemplateException Fault(string expected) =>
        new($"The expression '{Shown()}' cannot be read: at position {position + 1} it must have {expected}.");
}
