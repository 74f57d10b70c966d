namespace Relay.Queue.Tests;

public sealed class FasterQueueJobTests() : QueueJobConformanceTests(new FasterQueueEngine());
