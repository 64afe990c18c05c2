using System.Text.Json;
using System.Text.Json.Nodes;

namespace EndToEnd.Resilience;

/// <summary>The case of one seed: the output of a job, its end, and the faults meanwhile.</summary>
public sealed class SeedCase
{
    private const string Details = "**/runs/{0}/details";
    private const string Logs = "**/dcid.{0}/user_logs/std_log*.txt";
    private const string Job = "**/jobs/{0}";

    private readonly Random random;
    private readonly JsonArray rules = [];

    public SeedCase(int seed)
    {
        random = new Random(seed);
        Name = $"seed-{seed}";
        Log = new KnownLog(random);
        ExitCode = random.Next(2) == 0 ? 0 : random.Next(1, 200);
        Pieces = [.. Cuts().Prepend(0).Append(Log.Bytes.Length).Order().Distinct()];
        Pauses = [.. Pieces.Select(_ => random.Next(3) == 0 ? 0.02 * random.Next(1, 8) : 0)];
        DrawJobFaults();
        DrawRequestFaults();
    }

    /// <summary>Name of the plan, and so of the only job there may be.</summary>
    public string Name { get; }

    public KnownLog Log { get; }

    public int ExitCode { get; }

    public bool IsPreempted { get; private set; }

    /// <summary>Offsets in the log at which the job writes on its own; the first is 0, the last the log's length.</summary>
    public int[] Pieces { get; }

    /// <summary>Seconds before each piece.</summary>
    public double[] Pauses { get; }

    public string Script =>
        new JsonObject { ["rules"] = rules.DeepClone() }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    /// <summary>The command of the job: it writes the pieces of its log from its input, and ends.</summary>
    public string Command =>
        string.Join(
            "; ",
            Enumerable
                .Range(0, Pieces.Length - 1)
                .Select(n => FormattableString.Invariant($"sleep {Pauses[n]:0.00}; cat ${{{{inputs.data}}}}/{Name}.{n}"))
                .Append($"exit {ExitCode}")
        );

    private IEnumerable<int> Cuts() => Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(Log.Bytes.Length + 1));

    private void DrawJobFaults()
    {
        if (random.Next(2) == 0)
        {
            Add(
                new JsonObject
                {
                    ["job"] = Name,
                    ["count"] = random.Next(1, 4),
                    ["log"] = new JsonObject { ["rotateAtBytes"] = random.Next(1, Log.Bytes.Length + 2) },
                }
            );
        }

        if (random.Next(3) == 0)
        {
            IsPreempted = true;
            Add(
                new JsonObject
                {
                    ["job"] = Name,
                    ["count"] = 1,
                    ["preempt"] = new JsonObject { ["logBytes"] = random.Next(1, Log.Bytes.Length + 1) },
                }
            );
        }
    }

    /// <summary>
    /// Draws the faults that the client must tolerate: never more in a row than it has tries, and one expired token; a second is final.
    /// </summary>
    private void DrawRequestFaults()
    {
        // The request that could create a second job fails in every case.
        Add(
            Request(
                "PUT",
                Job,
                random.Next(3) switch
                {
                    0 => new JsonObject { ["cut"] = "after" },
                    1 => new JsonObject { ["cut"] = "before" },
                    _ => Refusal(),
                },
                random.Next(1, 3)
            )
        );
        if (random.Next(2) == 0)
        {
            Add(Request("PUT", Job, random.Next(2) == 0 ? new JsonObject { ["cut"] = "after" } : Refusal(), 1));
        }

        if (random.Next(2) == 0)
        {
            Add(Request("GET", Job, random.Next(2) == 0 ? new JsonObject { ["cut"] = random.Next(0, 400) } : Refusal(), random.Next(1, 4)));
        }

        for (var n = random.Next(4); n > 0; n--)
        {
            Add(
                Request(
                    "GET",
                    Details,
                    random.Next(3) switch
                    {
                        0 => new JsonObject { ["cut"] = random.Next(0, 900) },
                        1 => new JsonObject { ["cut"] = "before" },
                        _ => Refusal(),
                    },
                    random.Next(1, 3)
                )
            );
        }

        for (var n = random.Next(5); n > 0; n--)
        {
            Add(
                Request(
                    "GET",
                    Logs,
                    random.Next(5) switch
                    {
                        0 => new JsonObject { ["token"] = "expired" },
                        1 => new JsonObject { ["cut"] = "before" },
                        2 => Refusal(),
                        _ => new JsonObject { ["cut"] = random.Next(Log.Bytes.Length + 1) },
                    },
                    random.Next(1, 3)
                )
            );
        }

        if (random.Next(2) == 0)
        {
            Add(Request(null, random.Next(2) == 0 ? Details : Job, new JsonObject { ["token"] = "expired" }, 1));
        }

        if (random.Next(3) == 0)
        {
            Add(Request(null, "**", new JsonObject { ["delayMilliseconds"] = random.Next(1, 60) }, random.Next(1, 20)));
        }
    }

    private JsonObject Refusal()
    {
        var status = random.GetItems([408, 429, 500, 502, 503, 504], 1)[0];
        var refusal = new JsonObject
        {
            ["status"] = status,
            ["body"] = new JsonObject
            {
                ["error"] = new JsonObject { ["code"] = "ServerBusy", ["message"] = "Come back later." },
            },
        };
        if (random.Next(2) == 0)
        {
            refusal["headers"] = new JsonObject { ["Retry-After"] = "0" };
        }

        return refusal;
    }

    private JsonObject Request(string? method, string path, JsonObject rule, int count)
    {
        rule["path"] = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Name);
        rule["count"] = count;
        if (method is not null)
        {
            rule["method"] = method;
        }

        if (random.Next(3) == 0)
        {
            rule["skip"] = random.Next(1, 4);
        }

        return rule;
    }

    private void Add(JsonObject rule) => rules.Add(rule);
}
