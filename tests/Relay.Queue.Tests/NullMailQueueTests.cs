namespace Relay.Queue.Tests;

public sealed class NullMailQueueTests() : MailQueueConformanceTests(new NullQueueEngine());
