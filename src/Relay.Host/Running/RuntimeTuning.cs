using System.Globalization;

namespace Relay.Host.Running;

/// <summary>
/// Settings of the runtime that it takes only from the environment, set before the first socket is made. What the
/// administrator has set himself stays. docs/adr/0007-inline-socket-completions.md has the measurements.
/// </summary>
internal static class RuntimeTuning
{
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string EngineThreads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>
    /// Sessions and deliveries run on the threads that wait for the sockets instead of being handed to the pool: they
    /// never block there but for a read that the page cache does not have.
    /// </summary>
    public static void Apply()
    {
        SetDefault(InlineCompletions, "1");
        int threads = Math.Max(1, Environment.ProcessorCount / 2); // the commits' completions run on the other half
        SetDefault(EngineThreads, threads.ToString(CultureInfo.InvariantCulture));
    }

    private static void SetDefault(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
