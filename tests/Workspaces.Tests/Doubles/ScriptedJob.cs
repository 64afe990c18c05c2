using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Workspaces.Tests.Doubles;

/// <summary>A job whose logs grow while it is followed, over a network that does what networks do, decided by a seed.</summary>
internal sealed class ScriptedJob
{
    private readonly Random random;
    private readonly double faults;
    private readonly Dictionary<string, Log> logs;
    private readonly string[] statuses = ["NotStarted", "Queued", "Running", "Finalizing", "Completed"];
    private int status;
    private int signature = 1;

    /// <param name="service">Answers for it.</param>
    /// <param name="seed">Decides how the logs grow and what goes wrong.</param>
    /// <param name="faults">Share of requests that go wrong, 0 to 1.</param>
    /// <param name="logs">What each log holds in the end, by name.</param>
    public ScriptedJob(FakeService service, int seed, double faults, IReadOnlyDictionary<string, byte[]> logs)
    {
        random = new Random(seed);
        this.faults = faults;
        this.logs = logs.ToDictionary(log => log.Key, log => new Log(log.Value), StringComparer.Ordinal);
        service.On("GET", FakeService.RunPath("job"), _ => AnswerDetails());
        foreach (var name in logs.Keys)
        {
            service.On("GET", $"/logs/{name}", request => AnswerLog(request, this.logs[name]));
        }
    }

    public int BrokenAnswers { get; private set; }

    private bool GoesWrong()
    {
        var wrong = random.NextDouble() < faults;
        BrokenAnswers += wrong ? 1 : 0;
        return wrong;
    }

    private HttpResponseMessage AnswerDetails()
    {
        if (GoesWrong())
        {
            return random.Next(2) == 0 ? throw new HttpRequestException("connection reset") : new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        }

        if (random.Next(3) == 0 && status < statuses.Length - 1)
        {
            status++;
        }

        if (statuses[status] == "Completed")
        {
            foreach (var log in logs.Values)
            {
                log.Written = log.Bytes.Length;
            }
        }

        var body = JsonSerializer.Serialize(new
        {
            runId = "job",
            status = statuses[status],
            logFiles = logs.Keys.ToDictionary(name => name, name => $"https://localhost:1/logs/{name}?sig={signature}", StringComparer.Ordinal),
        });
        return FakeService.Json(200, body)(null!);
    }

    private HttpResponseMessage AnswerLog(SentRequest request, Log log)
    {
        if (GoesWrong() && random.Next(2) == 0)
        {
            signature += random.Next(2); // the URLs handed out before are no longer good
            return random.Next(3) switch
            {
                0 => new HttpResponseMessage(HttpStatusCode.NotFound),
                1 => throw new HttpRequestException("connection refused"),
                _ => new HttpResponseMessage(HttpStatusCode.Forbidden),
            };
        }

        if (request.Uri.Query != $"?sig={signature}")
        {
            return new HttpResponseMessage(HttpStatusCode.Forbidden);
        }

        var from = int.Parse(request.Body.Split('=', '-')[1], CultureInfo.InvariantCulture);
        log.Grow(random);
        if (from >= log.Written)
        {
            var none = new HttpResponseMessage(HttpStatusCode.RequestedRangeNotSatisfiable) { Content = new ByteArrayContent([]) };
            none.Content.Headers.ContentRange = new ContentRangeHeaderValue(log.Written);
            return none;
        }

        // It may hold more by the time the answer is sent, and a server need not do ranges.
        var whole = random.Next(8) == 0;
        var bytes = log.Bytes[(whole ? 0 : from)..log.Written];
        var breaksAfter = random.NextDouble() < faults ? random.Next(bytes.Length) : -1;
        var response = new HttpResponseMessage(whole ? HttpStatusCode.OK : HttpStatusCode.PartialContent)
        {
            Content = new StreamContent(new BreakingStream(bytes, random.Next(1, 40), breaksAfter)),
        };
        if (!whole)
        {
            response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, log.Written - 1, log.Written);
        }

        return response;
    }

    private sealed class Log(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public int Written { get; set; }

        public void Grow(Random random) => Written = Math.Min(Bytes.Length, Written + random.Next(60));
    }

    /// <summary>Gives its bytes a few at a time; breaks off after some of them when told to.</summary>
    private sealed class BreakingStream(byte[] bytes, int chunk, int breaksAfter) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (breaksAfter >= 0 && Position >= breaksAfter)
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded, "the response ended prematurely");
            }

            var count = Math.Min(buffer.Length, chunk);
            if (breaksAfter >= 0)
            {
                count = (int)Math.Min(count, breaksAfter - Position);
            }

            return ValueTask.FromResult(Read(buffer.Span[..count]));
        }
    }
}
