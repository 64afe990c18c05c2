using System.Text;
using System.Text.Json;
using Experiments.Json;
using Experiments.Model;
using Experiments.Settings;

namespace Experiments.Schema;

/// <summary>The reference of exp_configs and environment configs, whose tables are made from the records.</summary>
public static class ExperimentReference
{
    /// <summary>The content of <c>docs/exp_config.md</c>.</summary>
    public static string Generate()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # exp_config

            <!-- Made by `dotnet cake --target=Build` from the records in src/Experiments. Edit those. -->

            An exp_config is a JSON file in `exp_configs/` that describes one experiment. Keys are upper case. An unknown key, a wrong type, a
            value out of range and a key that is set twice are faults. All of them are reported at once, with file, line and column, before
            anything is changed. `"$schema": "exp_config.schema.json"` as the first key gives an editor completion and the same rules, but for
            those that compare two keys.

                dotnet cake --target=Doctor --exp-config=exp_configs/demo.json
                dotnet cake --target=Train --exp-config=exp_configs/demo.json --set=RUN_PARAMS.STEPS=2000

            `--set=KEY.PATH=VALUE` overrides one value of the file, or adds one; repeat it for several. The value is JSON
            where the key takes a number, true or false or an object, and plain text where it takes a string.


            """
        );
        Table(text, SettingDefinition.Of(typeof(Experiment)));
        text.Append(
            """

            Keys of older files that no longer exist:


            """
        );
        foreach (var key in SettingDefinition.RetiredKeys(typeof(Experiment)))
            text.Append($"- {key.Key}: it must be {key.Required}. {key.Hint}\n");
        text.Append(
            """

            ## Dataset

            The datastore DATA_MOUNT holds `{IMAGE_TYPE}/images/*`, `{IMAGE_TYPE}/datasets/{train,test}_{IMAGE_TYPE}_{YYMMDDHHmmss}.csv` and
            `models/{BASE_MODEL}/*`. A CSV file is UTF-8, separates its fields by commas, and has at least the columns filename, xmin, ymin,
            xmax, ymax and class. `filename` is a path below `images`. Boxes are pixels with 0 ≤ xmin < xmax ≤ width, and likewise y; each side
            is at least 0.01 pixels long. A row with a file name alone says that the image holds no object. Each object has one row. Where the
            columns width and height exist, they must be those of the file; all other columns are ignored. Every class must be in both splits,
            and no image in both. `latest` is the newest stamp for which both files exist.

            With DATA.VALIDATION_CSV a third file, the validation split, has the same form and the same rules. It need not have every
            class, but its classes are among those of the training split, and its images are in no other split.

            Images are JPEG, PNG, BMP, GIF, WebP or TIFF, of at most 178,956,970 pixels. The EXIF orientation of a phone's picture is applied when
            width and height of its rows are those of the upright picture, and not when they are those of the stored pixels. Where they do not
            tell, DATA.EXIF decides, and a note names the images. Images of one channel and more than 8 bits are scaled as DATA.DEPTH says.
            Transparent pixels are composed on white. A JPEG or PNG that lacks only its last bytes is used, with a note.

            With DATA.ON_BAD_ROWS `drop`, faulty rows are left out and named: the rows themselves, every row of an image that is missing or
            unreadable, the training rows of an image in both splits, and every row of a class that remains in only one split. An image
            of the validation split and another one stays in the test split, else in the validation split.

            # Environment config

            A file in `configuration/`, which ENV_CONFIG_FILE names. It says where experiments run. It never holds a secret: keys that look
            like one (ACCOUNT_KEY, SAS, PASSWORD and the like) are faults.


            """
        );
        Table(text, SettingDefinition.Of(typeof(EnvironmentConfig)));
        text.Append(
            """

            A datastore has either FOLDER, which needs ENDPOINT, or ACCOUNT with CONTAINER (AzureBlob) or FILE_SHARE (AzureFile).
            [datastores.md](datastores.md) says how datasets get there, who needs which role, and where keys come from.

            """
        );
        return text.ToString();
    }

    private static void Table(StringBuilder text, IReadOnlyList<SettingDefinition> definitions)
    {
        text.Append("| key | value | default | meaning |\n|---|---|---|---|\n");
        Rows(text, definitions, "");
    }

    private static void Rows(StringBuilder text, IReadOnlyList<SettingDefinition> definitions, string prefix)
    {
        foreach (var definition in definitions)
        {
            var path = prefix + definition.Key;
            if (definition.Kind != SettingKind.Object)
            {
                text.Append(
                    $"| {path} | {Cell(definition.Rule)} | {Default(definition)} | "
                        + $"{Cell(definition.Description + definition.Relations)} |\n"
                );
            }

            Rows(text, definition.Members, definition.Kind == SettingKind.Map ? $"{path}.{{name}}." : path + ".");
        }
    }

    private static string Default(SettingDefinition definition) =>
        definition switch
        {
            { Required: true } => "required",
            { DefaultText: { } text } => text,
            { Default: { } value } => value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0
                ? "empty"
                : $"`{value.ToJsonString(RecordJson.Compact)}`",
            _ => "",
        };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
