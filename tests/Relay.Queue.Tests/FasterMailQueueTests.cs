namespace Relay.Queue.Tests;

public sealed class FasterMailQueueTests() : MailQueueConformanceTests(new FasterQueueEngine());
