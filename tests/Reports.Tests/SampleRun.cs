using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Reports.Building;
using Reports.Reading;
using Reports.Records;

namespace Reports.Tests;

/// <summary>Artifacts of a run and of its baseline, as the trainer writes them, in a temporary folder.</summary>
internal sealed class SampleRun : IDisposable
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private readonly string folder = Directory.CreateTempSubdirectory("report-").FullName;

    /// <param name="classes">Names of the classes.</param>
    public SampleRun(params string[] classes)
        : this(hasIntervals: true, classes) { }

    /// <param name="hasIntervals">Whether the trainer computed intervals of the metrics; earlier versions did not.</param>
    /// <param name="classes">Names of the classes.</param>
    public SampleRun(bool hasIntervals, params string[] classes)
    {
        HasIntervals = hasIntervals;
        Classes = classes.Length == 0 ? ["pothole", "crack"] : classes;
        WriteRun(Current, steps: 60, quality: 0.5);
        WriteRun(Baseline, steps: 240, quality: 0.8);
    }

    /// <summary>Whether the trainer computed intervals of the metrics; earlier versions did not.</summary>
    public bool HasIntervals { get; }

    public IReadOnlyList<string> Classes { get; }

    public string Current => Path.Combine(folder, "artifacts", "demo-2");

    public string Baseline => Path.Combine(folder, "artifacts", "demo-1");

    public string Output => Path.Combine(folder, "artifacts");

    public void Write(string path, string text)
    {
        var file = Path.Combine(Current, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text, Encoding.UTF8);
    }

    /// <summary>Writes predictions and ground truth of one image with an object of each class.</summary>
    public void WritePredictions()
    {
        Save(
            "outputs/ground_truth.json",
            new
            {
                info = new { eval_conf = 0.5 },
                images = new[] { new { id = 1 } },
                categories = Classes.Select((name, place) => new { id = place + 1, name }),
                annotations = Classes.Select(
                    (_, place) =>
                        new
                        {
                            image_id = 1,
                            category_id = place + 1,
                            bbox = new[] { 20.0 * place, 0, 9, 9 },
                        }
                ),
            }
        );
        Save(
            "outputs/predictions.json",
            Classes.Select(
                (_, place) =>
                    new
                    {
                        image_id = 1,
                        category_id = place + 1,
                        bbox = new[] { 20.0 * place, 0, 9, 9 },
                        score = 0.4 + 0.2 * place,
                    }
            )
        );
        void Save(string path, object content) => Write(path, JsonSerializer.Serialize(content));
    }

    public void Delete(string path) => File.Delete(Path.Combine(Current, path));

    /// <summary>Returns the completed run with the comparison that makes it worse.</summary>
    public ReportInput Input() =>
        new(Facts("demo-2", Current, "Completed"))
        {
            Baseline = Facts("demo-1", Baseline, "Completed"),
            Source = BaselineSource.Main,
            Comparison = Compared(),
            Cost = new ReportCost(
                0.0124m,
                "USD",
                "1.4 min on 1 node Standard_NC4as_T4_v3 (Dedicated) at 0.526 USD per hour, estimated retail price"
            ),
            ArtifactsPath = "artifacts/demo-2",
        };

    /// <summary>Returns a sweep of twelve trials: one of them failed, two were ended early, and the fifth is the best.</summary>
    public static SweepFacts Sweep(string metric = "eval_mAP", string prefix = "demo-2") =>
        new(
            metric,
            IsMaximized: true,
            $"{prefix}_4",
            [
                .. Enumerable
                    .Range(0, 12)
                    .Select(number => new TrialFacts(
                        $"{prefix}_{number}",
                        number == 7 ? "Failed"
                            : number is 3 or 9 ? TrialFacts.EndedEarly
                            : "Completed",
                        new SortedDictionary<string, string>(StringComparer.Ordinal)
                        {
                            ["RUN_PARAMS.LEARNING_RATE"] = (0.3 / Math.Pow(2, number)).ToString(CultureInfo.InvariantCulture),
                            ["RUN_PARAMS.OPTIMIZER"] = number % 2 == 0 ? "sgd" : "adamw",
                            ["RUN_PARAMS.SEED"] = "7",
                        },
                        number == 7 ? null : 0.5 - 0.03 * Math.Abs(number - 4) - (number % 2) * 0.02,
                        number == 7 ? null : 60 + 7 * number
                    )),
            ]
        );

    public static RunFacts Facts(string job, string folder, string status) =>
        new(job, "demo", status, RunArtifacts.Read(folder))
        {
            Started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Ended = status is "Completed" or "Failed" ? new DateTimeOffset(2026, 1, 2, 3, 5, 29, TimeSpan.Zero) : null,
            StudioUrl = "https://ml.example.org/runs/" + job,
            ExpConfig = "exp_configs/demo.json",
        };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Comparison Compared()
    {
        var metrics = new Dictionary<string, ComparedMetric>(StringComparer.Ordinal)
        {
            ["eval_mAP"] = new(0.25, 0.4, -0.15, -0.2, -0.09, Word.Worse),
            ["eval_AP50"] = new(0.5, 0.8, -0.3, -0.36, -0.25, Word.Worse),
            ["binary_f1"] = new(0.9, 0.88, 0.02, -0.01, 0.06, Word.NotDistinguishable),
        };
        foreach (var name in Classes)
            metrics[$"eval_AP50_{name}"] = new(0.5, 0.8, -0.3, -0.4, -0.2, Word.Worse);
        return new Comparison(Paired: true, null, 60, 2000, 0, metrics);
    }

    private void WriteRun(string run, int steps, double quality)
    {
        void Save(string path, object content)
        {
            var file = Path.Combine(run, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content as string ?? JsonSerializer.Serialize(content, Web));
        }

        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["eval_mAP"] = quality / 2,
            ["eval_AP50"] = quality,
            ["eval_AP_large"] = -1,
            ["binary_f1"] = 0.9,
            ["binary_tp"] = 48,
            ["train_loss"] = 0.7,
        };
        foreach (var name in Classes)
            metrics[$"eval_AP50_{name}"] = quality;
        var document = metrics.ToDictionary(pair => pair.Key, pair => (object)pair.Value, StringComparer.Ordinal);
        if (HasIntervals)
        {
            document["intervals"] = new
            {
                share = 0.95,
                metrics = metrics
                    .Where(pair => pair.Key is "eval_mAP" or "binary_f1" || pair.Key.StartsWith("eval_AP50", StringComparison.Ordinal))
                    .ToDictionary(pair => pair.Key, pair => new { low = pair.Value - 0.0625, high = pair.Value + 0.0625 }),
            };
        }

        Save("outputs/final_model/metrics.json", document);
        Save(
            "outputs/final_model/exp_config.json",
            $$$"""
            {"EXP_NAME": "demo", "RUN_PARAMS": {"STEPS": {{{steps}}}, "LEARNING_RATE": 0.05}, "COMPUTE": {"VM_SIZE": "Standard_NC4as_T4_v3"}}
            """
        );
        Save(
            "outputs/final_model/passport.json",
            $$"""
            {"plan": "demo", "git": {"commit": "{{new string('a', 40)}}", "branch": "main"},
             "datasetHash": "{{new string(steps == 60 ? 'b' : 'c', 64)}}", "seed": 42}
            """
        );
        var lines = Enumerable
            .Range(1, steps)
            .Select(step =>
                JsonSerializer.Serialize(
                    new
                    {
                        step,
                        time = 1000.0 + step / 2.0,
                        train_loss = 3.0 / Math.Sqrt(step) + 0.3 * Math.Sin(step),
                        train_loss_classifier = 0.9 / Math.Sqrt(step),
                        train_loss_box_reg = 0.8 / Math.Sqrt(step),
                        train_loss_objectness = 0.7 / step,
                        train_loss_rpn_box_reg = 0.2 / step,
                    }
                )
            );
        Save("outputs/metrics.jsonl", string.Join('\n', lines) + "\n{\"step\": 9");
        Save("user_logs/std_log.txt", "first line\nstep 1/60  loss 2.0\nTraceback: out of memory\n");
        var count = Classes.Count + 1;
        Save(
            "outputs/evaluation.json",
            new Evaluation(
                0.5,
                0.5,
                60,
                Classes,
                [
                    .. Classes.Select(name => new PrecisionCurve(
                        name,
                        quality,
                        [.. Enumerable.Range(0, 101).Select(point => point < 100 * quality ? 1 - point / 300.0 : 0)]
                    )),
                ],
                [
                    .. Enumerable
                        .Range(0, count)
                        .Select(row =>
                            (IReadOnlyList<long>)[.. Enumerable.Range(0, count).Select(column => row == column ? 40L : (row + column) % 7)]
                        ),
                ],
                [new WorstImage("road_0001.png", 2, 1, "worst_1.png"), new WorstImage($"{Classes[0]}.png", 1, 1, "worst_2.png")]
            )
        );
        foreach (var name in new[] { "worst_1.png", "worst_2.png" })
        {
            Directory.CreateDirectory(Path.Combine(run, "outputs", "worst"));
            File.WriteAllBytes(Path.Combine(run, "outputs", "worst", name), Png());
        }
    }

    /// <summary>Returns a picture of 4 x 3 grey pixels.</summary>
    private static byte[] Png()
    {
        using var pixels = new MemoryStream();
        using (var deflate = new ZLibStream(pixels, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var row = 0; row < 3; row++)
                deflate.Write([0, 90, 120, 150, 180]);
        }

        byte[] header = [0, 0, 0, 4, 0, 0, 0, 3, 8, 0, 0, 0, 0];
        return
        [
            0x89,
            .. "PNG\r\n"u8,
            0x1a,
            .. "\n"u8,
            .. Chunk("IHDR"u8, header),
            .. Chunk("IDAT"u8, pixels.ToArray()),
            .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] body = [.. type, .. data];
        return [.. BigEndian((uint)data.Length), .. body, .. BigEndian(Crc(body))];
    }

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
