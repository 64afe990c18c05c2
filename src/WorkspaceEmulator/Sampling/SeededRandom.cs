namespace WorkspaceEmulator.Sampling;

/// <summary>
/// Generates random numbers that follow from a seed and a number, such as that of a trial, and stay the same on every machine and after a
/// restart (SplitMix64).
/// </summary>
internal sealed class SeededRandom(int seed, int number)
{
    private ulong state = Mix(((ulong)(uint)seed << 32) | (uint)number);

    /// <summary>Returns a number from 0 to below 1.</summary>
    public double NextUnit() => (Next() >> 11) / 9007199254740992.0;

    /// <summary>Returns 32 random bits.</summary>
    public uint NextBits() => (uint)(Next() >> 32);

    /// <summary>Returns a normal number of mean 0 and standard deviation 1.</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextUnit())) * Math.Cos(2 * Math.PI * NextUnit());

    /// <summary>Returns a point of the unit cube.</summary>
    public double[] NextPoint(int dimensions) => [.. Enumerable.Range(0, dimensions).Select(_ => NextUnit())];

    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        return Mix(state);
    }

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
