namespace Relay.LoadGenerator.Reports;

/// <summary>A rectangle of a picture and the mapping of fractions (0 to 1, upwards) into it.</summary>
internal readonly record struct PlotArea(double Left, double Top, double Width, double Height)
{
    internal double Bottom => Top + Height;

    internal double X(double fraction) => Left + (fraction * Width);

    internal double Y(double fraction) => Bottom - (fraction * Height);

    /// <summary>The next number that is 1, 2, 4, 5 or 8 times a power of ten: a good end for an axis.</summary>
    internal static double RoundUp(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(value, 1))));
        double[] steps = [1, 2, 4, 5, 8, 10];
        return power * Array.Find(steps, step => step * power >= value);
    }
}
