using System.Reflection;
using System.Text;
using Reports.Pages;

namespace Reports.Tests;

public sealed class PageScriptTests
{
    private static readonly string Root = typeof(PageScriptTests)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "RepositoryRoot")
        .Value!;

    private const string Refresh = "is stale: run dotnet cake --target=Build and commit what it writes";

    [Fact]
    public void Script_EqualsTheCopyOfTheTrainer() => Compare("figures.js", PageScript.Script);

    [Fact]
    public void Style_EqualsTheCopyOfTheTrainer() => Compare("figures.css", PageScript.Style);

    [Fact]
    public void Script_IsAtMost200Kilobytes() => Assert.InRange(Encoding.UTF8.GetByteCount(PageScript.Script), 50_000, 200_000);

    [Fact]
    public void JoinScript_PutsEachModuleOnceAndAfterItsImports()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["vendor/uPlot.iife.min.js"] = "var uPlot = 1;\n",
            ["components/page.js"] = "import { a as x, b } from \"../lib/one.js\";\nimport {\n  c,\n} from \"./two.js\";\nuse(x, b, c);\n",
            ["components/two.js"] = "import { a } from \"../lib/one.js\";\n\nexport const c = a + 1;\n",
            ["lib/one.js"] = "export { a } from \"../vendor/min.js\";\nexport function b() {}\n",
            ["vendor/min.js"] = "var e=1;export{e as a};",
        };

        var script = PageScript.JoinScript(path => files[path]);

        Assert.Equal(
            """
            var uPlot = 1;
            (() => {
            "use strict";
            const module0 = (() => {
            var e=1;
            return {a: e};
            })();
            const module1 = (() => {
            function b() {}
            return {a: module0.a, b};
            })();
            const module2 = (() => {
            const {a} = module1;

            const c = a + 1;
            return {c};
            })();
            const module3 = (() => {
            const {a: x, b} = module1;
            const {c} = module2;
            use(x, b, c);
            return {};
            })();
            })();

            """,
            script
        );
    }

    [Theory]
    [InlineData("import \"./other.js\";")]
    [InlineData("export default 1;")]
    [InlineData("const text = '</script>';")]
    [InlineData("import { a } from \"./page.js\";")]
    public void JoinScript_Fails_WhenAModuleCannotBeJoined(string module) =>
        Assert.Throws<InvalidOperationException>(() => PageScript.JoinScript(path => path == "components/page.js" ? module : ""));

    private static void Compare(string name, string text)
    {
        var path = $"src/training/detection/inspect/{name}";
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") is not null)
            File.WriteAllText(Path.Combine(Root, path), text);
        Assert.True(text == File.ReadAllText(Path.Combine(Root, path)), $"{path} {Refresh}");
    }
}
