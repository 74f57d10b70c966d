namespace Relay.Queue.Tests;

public sealed class NullQueueJobTests() : QueueJobConformanceTests(new NullQueueEngine());
