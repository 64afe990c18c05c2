namespace WorkspaceEmulator.Sampling;

/// <summary>Computes points of a Sobol sequence, which fills a cube evenly, moved by a random shift of their bits.</summary>
/// <remarks>The direction numbers are those of Joe and Kuo (2008) for the first 21 dimensions.</remarks>
internal sealed class Sobol
{
    /// <summary>The most dimensions; further ones get random numbers.</summary>
    public const int MostDimensions = 21;

    private const int Bits = 32;

    // Each dimension from the second on: the degree and the coefficients of its polynomial, and the first direction numbers.
    private static readonly (int Coefficients, uint[] First)[] Polynomials =
    [
        (0, [1]),
        (1, [1, 3]),
        (1, [1, 3, 1]),
        (2, [1, 1, 1]),
        (1, [1, 1, 3, 3]),
        (4, [1, 3, 5, 13]),
        (2, [1, 1, 5, 5, 17]),
        (4, [1, 1, 5, 5, 5]),
        (7, [1, 1, 7, 11, 19]),
        (11, [1, 1, 5, 1, 1]),
        (13, [1, 1, 1, 3, 11]),
        (14, [1, 3, 5, 5, 31]),
        (1, [1, 3, 3, 9, 7, 49]),
        (13, [1, 1, 1, 15, 21, 21]),
        (16, [1, 3, 1, 13, 27, 49]),
        (19, [1, 1, 1, 15, 7, 5]),
        (22, [1, 3, 1, 15, 13, 25]),
        (25, [1, 1, 5, 5, 19, 61]),
        (1, [1, 3, 7, 11, 23, 15, 103]),
        (4, [1, 3, 7, 13, 13, 15, 69]),
    ];

    private readonly int dimensions;
    private readonly int seed;
    private readonly uint[] shifts;

    public Sobol(int dimensions, int seed)
    {
        (this.dimensions, this.seed) = (dimensions, seed);
        var random = new SeededRandom(seed, 0);
        shifts = [.. Enumerable.Range(0, dimensions).Select(_ => random.NextBits())];
    }

    /// <summary>Returns a point by its number, from 0.</summary>
    public double[] At(int number)
    {
        var random = new SeededRandom(seed, number + 1);
        return
        [
            .. Enumerable
                .Range(0, dimensions)
                .Select(dimension =>
                    dimension < MostDimensions ? (Bare(dimension, (uint)number) ^ shifts[dimension]) / 4294967296.0 : random.NextUnit()
                ),
        ];
    }

    private static uint Bare(int dimension, uint number)
    {
        var directions = Directions(dimension);
        var result = 0u;
        for (var bit = 0; number != 0; bit++, number >>= 1)
        {
            if ((number & 1) != 0)
                result ^= directions[bit];
        }

        return result;
    }

    private static uint[] Directions(int dimension)
    {
        var directions = new uint[Bits];
        if (dimension == 0)
        {
            for (var bit = 0; bit < Bits; bit++)
                directions[bit] = 1u << (Bits - 1 - bit);
            return directions;
        }

        var (coefficients, first) = Polynomials[dimension - 1];
        var degree = first.Length;
        for (var bit = 0; bit < Bits; bit++)
        {
            if (bit < degree)
            {
                directions[bit] = first[bit] << (Bits - 1 - bit);
                continue;
            }

            directions[bit] = directions[bit - degree] ^ (directions[bit - degree] >> degree);
            for (var k = 1; k < degree; k++)
            {
                if (((coefficients >> (degree - 1 - k)) & 1) != 0)
                    directions[bit] ^= directions[bit - k];
            }
        }

        return directions;
    }
}
