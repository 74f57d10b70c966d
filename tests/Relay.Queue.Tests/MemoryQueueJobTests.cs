namespace Relay.Queue.Tests;

public sealed class MemoryQueueJobTests() : QueueJobConformanceTests(new MemoryQueueEngine());
