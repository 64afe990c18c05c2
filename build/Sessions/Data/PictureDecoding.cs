using System.Security.Cryptography;
using System.Text;
using Build.CommandLine;
using Build.CommandLine.Groups.Data;
using Build.LocalRuntime;
using Cake.Core;
using Datasets.Pictures;
using Datasets.Sources;

namespace Build.Sessions.Data;

/// <summary>Decodes the images of folders by the reader of the trainer, and remembers the results.</summary>
public sealed class PictureDecoding(CommandArguments arguments, PythonRuntime python, IProcesses processes, TimeProvider time)
{
    /// <summary>What one core decodes in well under ten seconds, whatever the format.</summary>
    private const long BytesPerCore = 64L << 20;

    private static readonly string[] Sources = ["pictures.py", "exif.py"];

    /// <summary>Opens a dataset whose images are decoded as <c>--decode</c> says: by default, when that takes seconds.</summary>
    public Task<DecodedFolder> OpenAsync(BuildContext context, string folder, string imageType) =>
        OpenAsync(
            context,
            folder,
            imageType,
            arguments.Get(DecodeArguments.Decode) is { } mode
                ? mode == DecodeArguments.Full
                    ? null
                    : 0
                : BytesPerCore * System.Environment.ProcessorCount
        );

    /// <summary>Opens a dataset whose images are all decoded.</summary>
    public Task<DecodedFolder> OpenWholeAsync(BuildContext context, string folder, string imageType) =>
        OpenAsync(context, folder, imageType, mostBytes: null);

    private async Task<DecodedFolder> OpenAsync(BuildContext context, string folder, string imageType, long? mostBytes)
    {
        if (mostBytes == 0)
            return new(new(folder, imageType), Pictures: null, "--decode is headers");
        var (interpreter, reason) = await python.FindPillowAsync(context);
        if (interpreter is null)
            return new(new(folder, imageType), Pictures: null, reason);
        var decoder = new TrainerDecoder(
            async (options, onLine, stop) =>
            {
                var trainer = interpreter.Trainer(context.Root, [.. options]);
                return await processes.RunAsync(trainer, onLine, stop);
            },
            Path.Combine(context.LocalFolder, "storage")
        );
        var memory = StorageSession.Cache(context, imageType, $"decoded-{Hash(Path.GetFullPath(folder))[..12]}");
        var version = Version(context, interpreter);
        var pictures = new RememberedPictures(decoder, version, memory, time) { MostBytes = mostBytes };
        var source = new FolderDataset(folder, imageType) { Decoder = new Explained(pictures), DecoderVersion = version };
        return new(source, pictures, Reason: null);
    }

    /// <summary>Identifies the decoder: its sources and the interpreter.</summary>
    private static string Version(BuildContext context, PythonInterpreter interpreter)
    {
        var files = Sources.Select(name => Path.Combine(context.Root, "src", "training", "detection", "data", name)).Where(File.Exists);
        return Hash($"{string.Concat(files.Select(File.ReadAllText))}{interpreter.Path}{interpreter.Version}")[..12];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    // A failure of the trainer ends the target with its sentence.
    private sealed class Explained(IPictureDecoder decoder) : IPictureDecoder
    {
        public async Task<IReadOnlyDictionary<string, ImageReading>?> DecodeAsync(
            string folder,
            IReadOnlyCollection<string> names,
            CancellationToken cancellationToken
        )
        {
            try
            {
                return await decoder.DecodeAsync(folder, names, cancellationToken);
            }
            catch (InvalidOperationException exception)
            {
                throw new CakeException(exception.Message, exception);
            }
        }
    }
}
