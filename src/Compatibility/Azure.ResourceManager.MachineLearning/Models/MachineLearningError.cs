using System.Text.Json;

namespace Azure.ResourceManager.MachineLearning.Models;

/// <summary>An error of a compute or of its nodes.</summary>
public partial class MachineLearningError
{
    internal MachineLearningError(ResponseError? error) => Error = error;

    public ResponseError? Error { get; }

    internal static MachineLearningError Read(JsonElement json) =>
        new(json.Model("error", static error => JsonSerializer.Deserialize<ResponseError>(error)!));
}
