using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EndToEnd.Attacks;

/// <summary>Lists bodies that are too large, too deep, cut short or not JSON.</summary>
public static class BodyAttacks
{
    private const string Area = "Bodies";
    private const int MostMemory = 400; // MiB

    public static IReadOnlyList<Attack> All { get; } =
    [
        new(Area, "a JSON body of 200 MB for a job", $"413, and the emulator stays under {MostMemory} MiB.", (target, job) =>
            SendLargeAsync(target, job, isChunked: false)
        ),
        new(Area, "the same without a length, in chunks", $"413, and the emulator stays under {MostMemory} MiB.", (target, job) =>
            SendLargeAsync(target, job, isChunked: true)
        ),
        new(Area, "an upload of 600 MB", $"It is stored, and the emulator stays under {MostMemory} MiB.", UploadAsync),
        new(Area, "a fault script of 8 MB", "413.", async (target, _) =>
            await IsTooLargeAsync(target, HttpMethod.Put, "emulator/faults", new StringContent(new string(' ', 8 << 20)))
        ),
        new(Area, "a form of 1 MB for a registry token", "413.", async (target, _) =>
            await IsTooLargeAsync(
                target,
                HttpMethod.Post,
                "oauth2/token",
                new StringContent("a=" + new string('a', 1 << 20), Encoding.UTF8, "application/x-www-form-urlencoded")
            )
        ),
        Json("arrays nested 10,000 deep", $"{{\"properties\":{new string('[', 10_000)}{new string(']', 10_000)}}}"),
        Json("a member that occurs twice", """{"properties":{"jobType":"Command","jobType":"Command"}}"""),
        Json("half a surrogate pair in a text", """{"properties":{"jobType":"\ud800"}}"""),
        Json("half a surrogate pair in a member's name", """{"properties":{"\ud800":"x"}}"""),
        Json("bytes that are not UTF-8", "\xff\xfe"),
        Json("an array in place of an object", "[]"),
        Json("a number in place of an object", "1"),
        Json("no body", ""),
        Json("an object that does not end", """{"properties":{"""),
        new(Area, "an upload whose connection breaks", "There is no such artifact.", (target, job) =>
            BreakAsync(target, job, "outputs/broken", append: false)
        ),
        new(Area, "an `append` whose connection breaks", "The artifact is as it was.", (target, job) =>
            BreakAsync(target, job, "outputs/grown", append: true)
        ),
        Raw("a header of 1 MB", "431.", "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + new string('a', 1 << 20) + "\r\n\r\n", "431"),
        Raw(
            "two different lengths",
            "400.",
            "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "400"
        ),
        Raw("a negative length", "400.", "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", "400"),
        Raw(
            "a chunk of more bytes than a number holds",
            "400.",
            "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nab",
            "400"
        ),
        Raw("bytes that are not HTTP", "400.", "\u0001\u0002\u0003\r\n\r\n", "400"),
    ];

    private static Attack Json(string input, string json) =>
        new(Area, $"{input} as the body of a job", "400.", async (target, job) =>
            Assert.Equal(400, (await target.SendJsonAsync(HttpMethod.Put, Target.Arm($"/jobs/{job}"), json)).Status)
        );

    private static async Task SendLargeAsync(Target target, string job, bool isChunked)
    {
        using var content = new StreamContent(new Filler(200_000_000));
        content.Headers.ContentType = new("application/json");
        if (!isChunked)
            content.Headers.ContentLength = 200_000_000;
        await IsTooLargeAsync(target, HttpMethod.Put, Target.Arm($"/jobs/{job}"), content);
        Assert.InRange(target.PeakMemory(), 0, MostMemory);
        await target.ExpectAsync(404, HttpMethod.Get, Target.Arm($"/jobs/{job}"));
    }

    private static async Task IsTooLargeAsync(Target target, HttpMethod method, string path, HttpContent content)
    {
        try
        {
            Assert.Equal(413, (await target.SendAsync(method, path, content)).Status);
        }
        catch (HttpRequestException)
        {
            // The connection was closed while the client was still sending, before it could read the response.
        }
    }

    private static async Task UploadAsync(Target target, string job)
    {
        await target.SubmitAsync(job, "true");
        await target.EndAsync(job);
        using var content = new StreamContent(new Filler(600_000_000));

        var (status, _) = await target.SendAsync(HttpMethod.Post, Target.Artifacts(job, "/content?path=outputs/large"), content);

        Assert.Equal(200, status);
        Assert.InRange(target.PeakMemory(), 0, MostMemory);
        Assert.Equal(600_000_000, new FileInfo(Path.Combine(target.JobFolder(job), "wd/outputs/large")).Length);
        await target.ExpectAsync(202, HttpMethod.Delete, Target.Arm($"/jobs/{job}"));
    }

    private static async Task BreakAsync(Target target, string job, string path, bool append)
    {
        await target.SubmitAsync(job, "echo -n before > outputs/grown");
        await target.EndAsync(job);
        var request =
            $"POST /{Target.Artifacts(job, $"/content?path={path}&append={(append ? "true" : "false")}")} HTTP/1.1\r\nHost: localhost\r\n"
            + $"Authorization: Bearer {target.Token}\r\nContent-Length: 1000\r\n\r\nonly a part";
        using (var stream = await ConnectAsync(target))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
            await stream.FlushAsync(TestContext.Current.CancellationToken);
        }

        var incoming = Path.Combine(target.JobFolder(job), "incoming");
        await Target.UntilAsync(
            () => Task.FromResult(!Directory.Exists(incoming) || !Directory.EnumerateFiles(incoming).Any()),
            "the part of an upload remains"
        );
        var (status, body) = await target.SendAsync(HttpMethod.Get, Target.Artifacts(job, $"/content?path={path}"));
        Assert.Equal(append ? (200, "before") : (404, body), (status, body));
    }

    private static Attack Raw(string input, string outcome, string request, string status) => new(Area, input, outcome, async (target, _) =>
        {
            using var stream = await ConnectAsync(target);
            try
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                // The server has responded and closed the connection before it had everything.
            }

            var answer = new byte[64];
            var count = await stream.ReadAsync(answer, TestContext.Current.CancellationToken);
            Assert.StartsWith($"HTTP/1.1 {status}", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
        });

    private static async Task<SslStream> ConnectAsync(Target target)
    {
        using var trusted = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(target.State, "emulator.crt"));
        var thumbprint = trusted.Thumbprint;
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", target.Endpoint.Port, TestContext.Current.CancellationToken);
        var stream = new SslStream(client.GetStream(), false, (_, found, _, _) => found?.GetCertHashString() == thumbprint);
        await stream.AuthenticateAsClientAsync("localhost");
        return stream;
    }

    /// <summary>Yields spaces, which are valid JSON so far.</summary>
    private sealed class Filler(long length) : Stream
    {
        private long position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - position);
            Array.Fill(buffer, (byte)' ', offset, read);
            position += read;
            return read;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
