using System.Text.Json.Serialization;

namespace Experiments.Model;

/// <summary>Arithmetic of training: 32-bit floats, or automatic mixed precision.</summary>
public enum Precision
{
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    [JsonStringEnumMemberName("amp")]
    Amp,
}
