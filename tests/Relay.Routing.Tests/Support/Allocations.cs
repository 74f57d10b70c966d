namespace Relay.Routing.Tests.Support;

/// <summary>Counts what a thousand calls allocate once all is warm.</summary>
internal static class Allocations
{
    public static long Of(Action<int> call)
    {
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                call(i);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return allocated;
    }
}
