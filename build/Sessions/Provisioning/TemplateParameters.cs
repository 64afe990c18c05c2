using System.Text.Json;
using System.Text.Json.Nodes;
using Build.CommandLine;
using Build.CommandLine.Groups.Subscriptions;
using Cake.Core;
using Experiments.Reading;

namespace Build.Sessions.Provisioning;

/// <summary>Reads the parameters of a deployment: of a file, and of the arguments.</summary>
public sealed class TemplateParameters(CommandArguments arguments, BicepCompiler compiler)
{
    /// <summary>Returns the parameters.</summary>
    /// <exception cref="CakeException">The file is faulty or holds placeholders, or the region is not known.</exception>
    public async Task<JsonObject> ReadAsync(BuildContext context, ProvisioningTarget target)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(target);
        var file = FindFile(context, target);
        var parameters =
            file is null ? []
            : file.EndsWith(".bicepparam", StringComparison.OrdinalIgnoreCase) ? await compiler.BuildParametersAsync(context, file)
            : ReadJson(file);
        if (file is not null)
            RefusePlaceholders(context, file, parameters);
        Set(parameters, "name", target.Name, file);
        var location = target.Location ?? (string?)parameters["location"]?["value"];
        Set(
            parameters,
            "location",
            location ?? throw new CakeException("--location is missing; it must be an Azure region, such as --location=westeurope."),
            file
        );
        return parameters;
    }

    private string? FindFile(BuildContext context, ProvisioningTarget target)
    {
        if (arguments.GetPath(TemplateArguments.Parameters) is { } given)
        {
            return File.Exists(given)
                ? given
                : throw new CakeException($"--parameters is {given}, which does not exist; it must be a .bicepparam or .json file.");
        }

        var usual = Path.Combine(context.Root, "infra", $"{target.Name}.bicepparam");
        return File.Exists(usual) ? usual : null;
    }

    private static JsonObject ReadJson(string file)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllText(file)) as JsonObject;
            return root?["parameters"]?.DeepClone() as JsonObject
                ?? throw new CakeException($"{file} has no parameters; it must hold {{\"parameters\": {{…}}}}.");
        }
        catch (JsonException exception)
        {
            throw new CakeException($"{file} is not JSON: {exception.Message}", exception);
        }
    }

    private static void RefusePlaceholders(BuildContext context, string file, JsonObject parameters)
    {
        var found = Texts(parameters, "").Where(text => Placeholders.IsPlaceholder(text.Value)).ToList();
        foreach (var (path, value) in found)
            context.SayFault($"{path} is \"{value}\"; it must be the value of your own environment, in place of the sample's.");
        if (found.Count > 0)
            throw new CakeException($"{file} still holds values of the sample; replace them, or remove the parameters.");
    }

    private static IEnumerable<(string Path, string Value)> Texts(JsonNode? node, string path) =>
        node switch
        {
            JsonObject item => item.SelectMany(member => Texts(member.Value, path.Length == 0 ? member.Key : $"{path}.{member.Key}")),
            JsonArray items => items.SelectMany((item, index) => Texts(item, $"{path}[{index}]")),
            JsonValue value when value.TryGetValue<string>(out var text) => [(path, text)],
            _ => [],
        };

    /// <summary>Sets a parameter that an argument decides; a file must not contradict it.</summary>
    private static void Set(JsonObject parameters, string name, string value, string? file)
    {
        if (parameters[name]?["value"] is { } known && (string?)known != value)
            throw new CakeException($"{file} has {name} \"{known}\", and the arguments say \"{value}\"; they must be the same.");
        parameters[name] = new JsonObject { ["value"] = value };
    }
}
