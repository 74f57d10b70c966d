namespace Relay.Queue.Tests;

public sealed class MemoryMailQueueTests() : MailQueueConformanceTests(new MemoryQueueEngine());
