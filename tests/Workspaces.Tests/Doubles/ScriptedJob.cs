using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Fixtures.Services;

namespace Workspaces.Tests.Doubles;

/// <summary>A job whose logs grow while it is followed over an unreliable network, all determined by a seed.</summary>
internal sealed class ScriptedJob
{
    private readonly Random random;
    private readonly double faults;
    private readonly Dictionary<string, Log> logs;
    private readonly FakeService service;
    private readonly string[] statuses = ["NotStarted", "Queued", "Running", "Finalizing", "Completed"];
    private int status;
    private int signature = 1;

    /// <param name="service">Receives the job's responses.</param>
    /// <param name="seed">Determines how the logs grow and which requests fail.</param>
    /// <param name="faults">Share of failing requests, from 0 to 1.</param>
    /// <param name="logs">Final content of each log by name.</param>
    public ScriptedJob(FakeService service, int seed, double faults, IReadOnlyDictionary<string, byte[]> logs)
    {
        random = new Random(seed);
        this.faults = faults;
        this.service = service;
        this.logs = logs.ToDictionary(log => log.Key, log => new Log(log.Value), StringComparer.Ordinal);
        service.On("GET", FakeService.RunPath("job"), _ => AnswerDetails());
        foreach (var name in logs.Keys)
            service.On("GET", $"/logs/{name}", request => AnswerLog(request, this.logs[name]));
    }

    public int BrokenResponses { get; private set; }

    public int Rotations { get; private set; }

    /// <summary>Rotates the log as Azure ML does: its content is renamed and a new, empty file continues it.</summary>
    private void RotateSometimes()
    {
        foreach (var (name, log) in logs.Where(log => random.Next(6) == 0 && log.Value.Written > log.Value.Start).ToArray())
        {
            var old = new Log(log.Bytes[log.Start..log.Written]) { Written = log.Written - log.Start };
            log.Start = log.Written;
            var oldName = name.Replace(".txt", $"_{log.Rotated.Count}.txt", StringComparison.Ordinal);
            log.Rotated.Add(oldName);
            service.On("GET", $"/logs/{oldName}", request => AnswerLog(request, old));
            Rotations++;
        }
    }

    private bool GoesWrong()
    {
        var wrong = random.NextDouble() < faults;
        BrokenResponses += wrong ? 1 : 0;
        return wrong;
    }

    private HttpResponseMessage AnswerDetails()
    {
        if (GoesWrong())
        {
            return random.Next(2) == 0
                ? throw new HttpRequestException("connection reset")
                : new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        }

        if (random.Next(3) == 0 && status < statuses.Length - 1)
            status++;

        if (statuses[status] == "Completed")
        {
            foreach (var log in logs.Values)
                log.Written = log.Bytes.Length;
        }
        else
        {
            RotateSometimes();
        }

        var body = JsonSerializer.Serialize(
            new
            {
                runId = "job",
                status = statuses[status],
                logFiles = logs.SelectMany(log => log.Value.Rotated.Append(log.Key))
                    .ToDictionary(name => name, name => $"https://localhost:1/logs/{name}?sig={signature}", StringComparer.Ordinal),
            }
        );
        return FakeService.Json(200, body)(null!);
    }

    private HttpResponseMessage AnswerLog(SentRequest request, Log log)
    {
        if (GoesWrong() && random.Next(2) == 0)
        {
            signature += random.Next(2); // earlier URLs have expired
            return random.Next(3) switch
            {
                0 => new HttpResponseMessage(HttpStatusCode.NotFound),
                1 => throw new HttpRequestException("connection refused"),
                _ => new HttpResponseMessage(HttpStatusCode.Forbidden),
            };
        }

        if (request.Uri.Query != $"?sig={signature}")
            return new HttpResponseMessage(HttpStatusCode.Forbidden);

        if (statuses[status] != "Completed")
        {
            log.Grow(random);
            RotateSometimes();
        }

        var from = int.Parse(request.Body.Split('=', '-')[1], CultureInfo.InvariantCulture);
        var length = log.Written - log.Start;
        if (from >= length)
        {
            // At most twice in a row, a cache returns an earlier length.
            log.StaleAnswers = random.Next(4) == 0 && log.StaleAnswers < 2 ? log.StaleAnswers + 1 : 0;
            var none = new HttpResponseMessage(HttpStatusCode.RequestedRangeNotSatisfiable) { Content = new ByteArrayContent([]) };
            none.Content.Headers.ContentRange = new ContentRangeHeaderValue(log.StaleAnswers > 0 ? length / 2 : length);
            return none;
        }

        // A server need not support ranges.
        log.StaleAnswers = 0;
        var whole = random.Next(8) == 0;
        var bytes = log.Bytes[(log.Start + (whole ? 0 : from))..log.Written];
        var breaksAfter = random.NextDouble() < faults ? random.Next(bytes.Length) : -1;
        var response = new HttpResponseMessage(whole ? HttpStatusCode.OK : HttpStatusCode.PartialContent)
        {
            Content = new StreamContent(new BreakingStream(bytes, random.Next(1, 40), breaksAfter)),
        };
        if (!whole)
            response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, length - 1, length);

        return response;
    }

    private sealed class Log(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        /// <summary>Offset at which the file with the log's name begins.</summary>
        public int Start { get; set; }

        public int Written { get; set; }

        public List<string> Rotated { get; } = [];

        public int StaleAnswers { get; set; }

        public void Grow(Random random) => Written = Math.Min(Bytes.Length, Written + random.Next(60));
    }

    /// <summary>Returns its bytes in small chunks, and breaks off after some of them when told to.</summary>
    private sealed class BreakingStream(byte[] bytes, int chunk, int breaksAfter) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (breaksAfter >= 0 && Position >= breaksAfter)
                throw new HttpIOException(HttpRequestError.ResponseEnded, "the response ended prematurely");

            var count = Math.Min(buffer.Length, chunk);
            if (breaksAfter >= 0)
                count = (int)Math.Min(count, breaksAfter - Position);

            return ValueTask.FromResult(Read(buffer.Span[..count]));
        }
    }
}
