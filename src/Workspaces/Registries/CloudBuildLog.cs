using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Workspaces;

/// <summary>The log of a build in Azure: a blob that grows, read on from where the last look ended.</summary>
/// <param name="storage">A pipeline without sign-in; the address carries its signature.</param>
/// <param name="address">Secret: it lets anybody read.</param>
internal sealed class CloudBuildLog(HttpPipeline storage, Uri address)
{
    private readonly List<byte> pending = [];
    private long position;

    /// <summary>Passes on the whole lines that were written since the last time.</summary>
    /// <exception cref="RequestFailedException">The storage refused or failed.</exception>
    public async Task ReadAsync(Action<string> onLine, CancellationToken cancellationToken)
    {
        using var message = storage.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(address);
        message.Request.Headers.Add("x-ms-range", $"bytes={position}-");
        message.Request.Headers.Add("Range", $"bytes={position}-");
        await storage.SendAsync(message, cancellationToken);
        // 404: not made yet; 416: nothing new.
        if (message.Response.Status is 404 or 416)
        {
            return;
        }

        if (message.Response.IsError)
        {
            throw new RequestFailedException(message.Response);
        }

        // A server that knows no ranges sends everything again.
        var bytes = message.Response.Content.ToMemory();
        var news = message.Response.Status == 206 ? bytes : bytes[(int)Math.Min(position, bytes.Length)..];
        position += news.Length;
        foreach (var value in news.ToArray())
        {
            if (value == '\n')
            {
                PassOn(onLine);
            }
            else
            {
                pending.Add(value);
            }
        }
    }

    /// <summary>Passes on what stands after the last line's end.</summary>
    public void End(Action<string> onLine)
    {
        if (pending.Count > 0)
        {
            PassOn(onLine);
        }
    }

    private void PassOn(Action<string> onLine)
    {
        onLine(Encoding.UTF8.GetString([.. pending]).TrimEnd('\r'));
        pending.Clear();
    }
}
