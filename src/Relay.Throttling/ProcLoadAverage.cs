using System.Buffers.Text;

namespace Relay.Throttling;

/// <summary>The load average of Linux, from <c>/proc/loadavg</c>; 0 where there is none.</summary>
public sealed class ProcLoadAverage(string path = "/proc/loadavg") : ILoadAverage
{
    public double OneMinute
    {
        get
        {
            try
            {
                return Utf8Parser.TryParse(File.ReadAllBytes(path), out double load, out _) ? load : 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return 0;
            }
        }
    }
}
