using System.Text.Json.Nodes;

namespace WorkspaceEmulator.Sampling;

/// <summary>Represents one parameter of a search space.</summary>
internal sealed record SearchParameter(string Name, Distribution Distribution);

/// <summary>Represents the parameters of a sweep with their distributions, in the order of the request.</summary>
internal sealed class SearchSpace
{
    private SearchSpace(IReadOnlyList<SearchParameter> parameters) => Parameters = parameters;

    public IReadOnlyList<SearchParameter> Parameters { get; }
    public IEnumerable<string> Names => Parameters.Select(parameter => parameter.Name);

    /// <summary>Gets the number of points of a space of choices; at most <see cref="int.MaxValue"/>.</summary>
    public int GridSize =>
        (int)Parameters.Aggregate(1L, (size, parameter) => Math.Min(size * parameter.Distribution.Choices.Count, int.MaxValue));

    /// <summary>Reads <c>searchSpace</c>.</summary>
    /// <returns>Either the space or what is wrong, beginning with the parameter.</returns>
    public static (SearchSpace? Space, string? Fault) Read(JsonObject json)
    {
        var parameters = new List<SearchParameter>();
        foreach (var (name, value) in json)
        {
            var (distribution, fault) = Distribution.Read(value);
            if (distribution is null)
                return (null, $"{name} is {Shown(value)}; {fault}");
            parameters.Add(new(name, distribution));
        }

        return (new(parameters), null);
    }

    /// <summary>Returns the values at a point of the unit cube.</summary>
    /// <param name="point">A number from 0 to below 1 for each parameter.</param>
    public JsonObject At(IReadOnlyList<double> point)
    {
        var values = new JsonObject();
        foreach (var (parameter, unit) in Parameters.Zip(point))
            values[parameter.Name] = parameter.Distribution.At(unit);
        return values;
    }

    /// <summary>Returns a point of a grid, whose last parameter changes first; null behind its last point.</summary>
    public JsonObject? AtGrid(int number)
    {
        if (number >= GridSize)
            return null;
        var chosen = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var parameter in Parameters.Reverse())
        {
            var choices = parameter.Distribution.Choices;
            chosen[parameter.Name] = choices[number % choices.Count].DeepClone();
            number /= choices.Count;
        }

        return new JsonObject(Names.Select(name => KeyValuePair.Create<string, JsonNode?>(name, chosen[name])));
    }

    /// <summary>Returns the point of the unit cube that has values.</summary>
    public double[] PointOf(JsonObject values) =>
        [.. Parameters.Select(parameter => parameter.Distribution.UnitOf(values[parameter.Name]))];

    /// <summary>Returns the features of values, by which a model of the metric compares them.</summary>
    public double[] FeaturesOf(JsonObject values) =>
        [.. Parameters.SelectMany(parameter => parameter.Distribution.Features(values[parameter.Name]))];

    private static string Shown(JsonNode? value) => value?.ToJsonString() is { Length: <= 80 } text ? text : "a longer value";
}
