namespace Relay.Host.Commands;

/// <summary>Prints everything that is wrong, one line each.</summary>
internal static class Problems
{
    public static void Print<T>(TextWriter error, string what, IReadOnlyCollection<T> errors)
    {
        if (errors.Count == 0)
        {
            return;
        }

        error.WriteLine($"relay: {what} has {errors.Count} error{(errors.Count == 1 ? string.Empty : "s")}:");
        foreach (T one in errors)
        {
            error.WriteLine($"  {Printable.Of(one!.ToString()!)}");
        }
    }
}
