using System.Runtime.CompilerServices;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// Tests with blocking sockets hold threads; the server under test must not wait for the pool to grow.
/// </summary>
internal static class TestThreads
{
    [ModuleInitializer]
    internal static void Reserve() => ThreadPool.SetMinThreads(64, 64);
}
