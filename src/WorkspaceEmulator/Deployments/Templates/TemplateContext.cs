using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Deployments.Templates;

/// <summary>Evaluates the values of one template: its parameters, variables, loops and references.</summary>
internal sealed class TemplateContext(DeploymentScope scope, JsonObject variables)
{
    private const int DeepestEvaluation = 200;
    private readonly Dictionary<string, JsonNode?> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> pending = new(StringComparer.OrdinalIgnoreCase);
    private readonly Stack<(string Name, int Index)> loops = [];
    private readonly Stack<(string Name, JsonNode? Value)> lambdas = [];
    private int depth;

    /// <summary>Gets where the template is deployed.</summary>
    public DeploymentScope Scope => scope;

    /// <summary>Gets the values of the parameters.</summary>
    public Dictionary<string, JsonNode?> Parameters { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets what <c>reference()</c> finds by symbolic name or resource id: the whole resource.</summary>
    public Func<string, JsonObject>? FindResource { get; set; }

    /// <summary>Evaluates a value with everything below it.</summary>
    public JsonNode? Evaluate(JsonNode? node)
    {
        if (++depth > DeepestEvaluation)
            throw new TemplateException($"The template is nested too deeply; it must have at most {DeepestEvaluation} levels.");
        try
        {
            return node switch
            {
                JsonObject item => EvaluateObject(item),
                JsonArray items => new JsonArray([.. items.Select(Evaluate)]),
                JsonValue value when value.TryGetValue<string>(out var text) => EvaluateText(text),
                _ => node?.DeepClone(),
            };
        }
        finally
        {
            depth--;
        }
    }

    /// <summary>Evaluates a value that must be a text.</summary>
    /// <param name="node">The value.</param>
    /// <param name="where">What the value is, for messages.</param>
    public string EvaluateToText(JsonNode? node, string where) =>
        Evaluate(node) is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw new TemplateException($"{where} is {TemplateValues.Describe(Evaluate(node))}; it must be a text.");

    /// <summary>Evaluates within one pass of a loop.</summary>
    public T InLoop<T>(string name, int index, Func<T> evaluate)
    {
        loops.Push((name, index));
        try
        {
            return evaluate();
        }
        finally
        {
            loops.Pop();
        }
    }

    /// <summary>Evaluates the body of a lambda with values for its variables.</summary>
    public JsonNode? WithVariables(IReadOnlyList<(string Name, JsonNode? Value)> values, TemplateExpression body)
    {
        foreach (var value in values)
            lambdas.Push(value);
        try
        {
            return Evaluate(body);
        }
        finally
        {
            foreach (var _ in values)
                lambdas.Pop();
        }
    }

    /// <summary>Evaluates an expression.</summary>
    public JsonNode? Evaluate(TemplateExpression expression) =>
        expression switch
        {
            TemplateExpression.Literal literal => literal.Value?.DeepClone(),
            TemplateExpression.Member member => TemplateValues.Member(Evaluate(member.Of), Evaluate(member.Key)),
            TemplateExpression.Call call => TemplateFunctions.Call(this, call),
            _ => throw new InvalidOperationException($"There is no expression {expression.GetType()}."),
        };

    public JsonNode? Parameter(string name) =>
        Parameters.TryGetValue(name, out var value)
            ? value?.DeepClone()
            : throw new TemplateException($"The template parameter '{name}' is not found; it must be declared in parameters.");

    public JsonNode? Variable(string name)
    {
        if (known.TryGetValue(name, out var value))
            return value?.DeepClone();
        if (!variables.TryGetPropertyValue(name, out var declared))
            throw new TemplateException($"The template variable '{name}' is not found; it must be declared in variables.");
        if (!pending.Add(name))
            throw new TemplateException($"The template variable '{name}' refers to itself.");
        value = Evaluate(declared);
        pending.Remove(name);
        known[name] = value;
        return value?.DeepClone();
    }

    public JsonNode? LambdaVariable(string name) =>
        lambdas.FirstOrDefault(variable => variable.Name == name) is { Name: not null } found
            ? found.Value?.DeepClone()
            : throw new TemplateException($"The lambda variable '{name}' is not found.");

    /// <summary>Returns the index of the innermost loop, or of the loop with a name.</summary>
    public int LoopIndex(string? name)
    {
        foreach (var loop in loops)
        {
            if (name is null || loop.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return loop.Index;
        }

        throw new TemplateException($"copyIndex({(name is null ? "" : $"'{name}'")}) is outside of such a copy loop.");
    }

    public JsonObject Resource(string nameOrId) =>
        FindResource?.Invoke(nameOrId)
        ?? throw new TemplateException($"reference('{nameOrId}') is not possible here; only resources and outputs can have it.");

    private JsonNode? EvaluateText(string text) =>
        ExpressionParser.IsExpression(text) ? Evaluate(ExpressionParser.Parse(text))
        : text.StartsWith("[[", StringComparison.Ordinal) && text.EndsWith(']') ? JsonValue.Create(text[1..])
        : JsonValue.Create(text);

    private JsonObject EvaluateObject(JsonObject item)
    {
        var result = new JsonObject();
        foreach (var (name, value) in item)
        {
            if (name == "copy" && value is JsonArray copies)
            {
                foreach (var copy in copies)
                    AddCopies(result, copy as JsonObject ?? throw new TemplateException("An entry of copy is no object; it must be one."));
                continue;
            }

            var key =
                EvaluateText(name) is JsonValue evaluated && evaluated.TryGetValue<string>(out var text)
                    ? text
                    : throw new TemplateException($"The member name '{name}' is no text; it must be one.");
            result[key] = Evaluate(value);
        }

        return result;
    }

    // A member "copy" is a list of arrays to make: {"name", "count", "input"}.
    private void AddCopies(JsonObject result, JsonObject copy)
    {
        var name = EvaluateToText(copy["name"], "The name of a copy");
        var count = TemplateValues.Integer(Evaluate(copy["count"]), $"The count of copy '{name}'");
        result[name] = new JsonArray([
            .. Enumerable.Range(0, TemplateValues.Count(count, name)).Select(index => InLoop(name, index, () => Evaluate(copy["input"]))),
        ]);
    }
}
