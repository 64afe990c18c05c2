namespace WorkspaceEmulator.Sampling;

/// <summary>Computes quantiles of the standard normal distribution.</summary>
internal static class NormalQuantile
{
    private const int Halvings = 60;
    private const double Farthest = 8.2; // Below it lies 1 - 2^-52, the largest number below 1.

    /// <summary>Returns the number that a normal variable stays below with the given probability.</summary>
    /// <param name="probability">From 0 to 1; its ends count as the nearest numbers between them.</param>
    public static double At(double probability)
    {
        var (low, high) = (-Farthest, Farthest);
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            if (Below(middle) < probability)
                low = middle;
            else
                high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>Returns the probability that a normal variable is below a number, to about 1e-9.</summary>
    public static double Below(double number)
    {
        // The series of the error function near 0, a continued fraction far from it.
        var x = Math.Abs(number);
        double tail;
        if (x < 3)
        {
            var (term, sum) = (x, x);
            for (var k = 1; k < 100; k++)
            {
                term *= x * x / ((2 * k) + 1);
                sum += term;
            }

            tail = 0.5 - (sum * Density(x));
        }
        else
        {
            var fraction = x;
            for (var k = 60; k > 0; k--)
                fraction = x + (k / fraction);
            tail = Density(x) / fraction;
        }

        return number > 0 ? 1 - tail : tail;
    }

    /// <summary>Returns the density of the standard normal distribution.</summary>
    public static double Density(double number) => Math.Exp(-number * number / 2) / Math.Sqrt(2 * Math.PI);
}
