using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using WorkspaceEmulator.Deployments.Resources;
using WorkspaceEmulator.Deployments.Templates;

namespace WorkspaceEmulator.Tests.Deployments;

public class ExpressionTests
{
    private static readonly DeploymentScope Group = new("sub", "group", "deploy", "westeurope");

    [Theory]
    [InlineData("plain text", "\"plain text\"")]
    [InlineData("[[literal]", "\"[literal]\"")]
    [InlineData("['it''s']", "\"it's\"")]
    [InlineData("[format('{0}-{1}', 'a', 2)]", "\"a-2\"")]
    [InlineData("[parameters('names')[1].value]", "\"second\"")]
    [InlineData("[variables('twice')]", "\"firstfirst\"")]
    [InlineData("[toUpper(take(parameters('names')[0].value, 2))]", "\"FI\"")]
    [InlineData("[length(parameters('names'))]", "2")]
    [InlineData("[if(equals(1, 1), 'yes', variables('missing'))]", "\"yes\"")]
    [InlineData("[and(true(), not(false()))]", "true")]
    [InlineData("[coalesce(null(), 'b')]", "\"b\"")]
    [InlineData("[last(split('a/b/c', '/'))]", "\"c\"")]
    [InlineData("[join(map(range(1, 3), lambda('n', format('n{0}', lambdaVariables('n')))), ',')]", "\"n1,n2,n3\"")]
    [InlineData("[length(filter(range(0, 5), lambda('n', greater(lambdaVariables('n'), 2))))]", "2")]
    [InlineData("[tryGet(createObject('a', 1), 'b')]", "null")]
    [InlineData("[union(createObject('a', 1), createObject('b', 2))]", """{"a":1,"b":2}""")]
    [InlineData("[environment().suffixes.storage]", "\"core.windows.net\"")]
    [InlineData("[subscription().subscriptionId]", "\"sub\"")]
    [InlineData("[resourceGroup().location]", "\"westeurope\"")]
    [InlineData("[deployment().name]", "\"deploy\"")]
    [InlineData(
        "[resourceId('Microsoft.Storage/storageAccounts/blobServices', 'account', 'default')]",
        "\"/subscriptions/sub/resourceGroups/group/providers/Microsoft.Storage/storageAccounts/account/blobServices/default\""
    )]
    [InlineData("[resourceId('other', 'A.B/c', 'd')]", "\"/subscriptions/sub/resourceGroups/other/providers/A.B/c/d\"")]
    [InlineData("[subscriptionResourceId('A.B/c', 'd')]", "\"/subscriptions/sub/providers/A.B/c/d\"")]
    [InlineData("[extensionResourceId('/x', 'A.B/c', 'd')]", "\"/x/providers/A.B/c/d\"")]
    public void Evaluate_ReturnsTheValue_OfEachExpression(string expression, string expected)
    {
        var value = Context().Evaluate(JsonValue.Create(expression));

        Assert.Equal(JsonNode.Parse(expected)?.ToJsonString(), value?.ToJsonString());
    }

    [Theory]
    [InlineData(
        "[listKeys('x', '2020')]",
        "The template function 'listKeys' is not emulated; docs/emulator.md names the functions that are."
    )]
    [InlineData("[parameters('none')]", "The template parameter 'none' is not found; it must be declared in parameters.")]
    [InlineData("[variables('loop')]", "The template variable 'loop' refers to itself.")]
    [InlineData("[toLower('a', 'b')]", "The template function 'toLower' has 2 arguments; it must have at least 1 and at most 1.")]
    [InlineData("[toLower(1)]", "Argument 1 is 1; it must be a text.")]
    [InlineData("[format('{0']", "The expression 'format('{0'' cannot be read: at position 12 it must have ')'.")]
    [InlineData("[createObject('a', 1).b]", "The member 'b' does not exist; the object has a.")]
    [InlineData("[createArray(1)[3]]", "The index 3 is outside of an array of 1 items.")]
    [InlineData("[copyIndex()]", "copyIndex() is outside of such a copy loop.")]
    [InlineData(
        "[resourceId('A.B/c', '..')]",
        "A name of the type 'A.B/c' is '..'; it must match ^[A-Za-z0-9_(][A-Za-z0-9_().@:-]{0,259}\\z."
    )]
    public void Evaluate_SaysWhatIsWrong_WithAnExpression(string expression, string message)
    {
        var fault = Assert.Throws<TemplateException>(() => Context().Evaluate(JsonValue.Create(expression)));

        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public void Evaluate_EndsWithAFault_WhenAnExpressionIsNestedTooDeeply()
    {
        var expression = $"[{string.Concat(Enumerable.Repeat("not(", 5000))}true(){new string(')', 5000)}]";

        Assert.Contains(
            "nested too deeply",
            Assert.Throws<TemplateException>(() => Context().Evaluate(expression)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Evaluate_RepeatsTheInput_OfACopy()
    {
        var value = Context().Evaluate(JsonNode.Parse("""{"copy":[{"name":"items","count":2,"input":"[copyIndex('items', 5)]"}]}"""));

        Assert.Equal("""{"items":[5,6]}""", value!.ToJsonString());
    }

    [Fact]
    public void UniqueString_IsTheSameEachTime_AndFitsNamesOfAccounts()
    {
        var text = StandIns.UniqueString(["a", "b"]);

        Assert.Equal(text, StandIns.UniqueString(["a", "b"]));
        Assert.NotEqual(text, StandIns.UniqueString(["a", "c"]));
        Assert.Matches("^[a-z2-7]{13}$", text);
    }

    [Fact]
    public void Documentation_NamesEveryFunctionAndType()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "emulator.md"));

        Assert.All(TemplateFunctions.Names.Concat(ResourceTypes.Names), name =>
            Assert.Contains($"`{name}`", page, StringComparison.Ordinal)
        );
    }

    private static string RepositoryRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(file, "..", "..", "..", ".."));

    private static TemplateContext Context()
    {
        var variables = new JsonObject
        {
            ["twice"] = "[concat(parameters('names')[0].value, parameters('names')[0].value)]",
            ["loop"] = "[variables('loop')]",
        };
        var context = new TemplateContext(Group, variables);
        context.Parameters["names"] = JsonNode.Parse("""[{"value":"first"},{"value":"second"}]""");
        return context;
    }
}
