using Relay.Queue;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>What a failing or slow queue leads to: never a 250 for what is not durable, never a 5xx.</summary>
public sealed class QueueFailureTests
{
    private const string NoSpace = "452 4.3.1 Insufficient disk space; try again later\r\n";
    private const string Failed = "451 4.3.0 Requested action aborted: error in processing\r\n";
    private const string Stopping = "421 4.3.2 mx.test Server shutting down, try again later\r\n";

    [Theory]
    [InlineData(MailQueueError.InsufficientStorage, NoSpace)]
    [InlineData(MailQueueError.StorageFailed, Failed)]
    [InlineData(MailQueueError.Stopping, Stopping)]
    public void A_queue_that_takes_nothing_is_answered_at_mail(MailQueueError error, string reply)
    {
        using var fixture = new ServerFixture();
        fixture.Queue.Condition = error;
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");

        Assert.Equal(reply, client.Say("MAIL FROM:<a@client.example>\r\n"));
        Assert.Equal(error == MailQueueError.Stopping, client.IsClosed);
        if (!client.IsClosed)
        {
            fixture.Queue.Condition = MailQueueError.None;
            Assert.StartsWith("250 ", client.Say("MAIL FROM:<a@client.example>\r\n"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(MailQueueError.InsufficientStorage, NoSpace, true)]
    [InlineData(MailQueueError.StorageFailed, Failed, true)]
    [InlineData(MailQueueError.InsufficientStorage, NoSpace, false)]
    [InlineData(MailQueueError.StorageFailed, Failed, false)]
    public void A_queue_that_fails_before_data_is_answered_instead_of_354(
        MailQueueError error,
        string reply,
        bool byCondition)
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\n");
        fixture.Queue.Condition = byCondition ? error : MailQueueError.None;
        fixture.Queue.BeginError = error;

        Assert.Equal(reply, client.Say("DATA\r\n"));
        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
    }

    [Theory]
    [InlineData(MailQueueError.InsufficientStorage, NoSpace)]
    [InlineData(MailQueueError.StorageFailed, Failed)]
    [InlineData(MailQueueError.Stopping, Stopping)]
    public void A_queue_that_fails_at_the_end_of_data_is_a_4xx(MailQueueError error, string reply)
    {
        using var fixture = new ServerFixture();
        fixture.Queue.AcceptError = error;
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");

        Assert.Equal(reply, client.Say("x\r\n.\r\n"));
        Assert.Empty(fixture.Queue.Messages);
        Assert.Equal(error == MailQueueError.Stopping, client.IsClosed);
        Assert.Equal(0, fixture.Context.Counters.MessagesAccepted);
        Assert.Equal(1, fixture.Context.Counters.MessagesRefused);
    }

    [Fact]
    public void A_queue_that_fails_within_large_content_is_answered_after_its_end()
    {
        using var fixture = new ServerFixture();
        fixture.Queue.AppendError = MailQueueError.InsufficientStorage;
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        byte[] line = System.Text.Encoding.ASCII.GetBytes(new string('x', 998) + "\r\n");
        for (int n = 0; n < 200; n++)
        {
            client.Send(line);
        }

        Assert.Equal(string.Empty, client.Hear());
        Assert.Equal(NoSpace, client.Say(".\r\n"));
        Assert.Empty(fixture.Queue.Messages);
        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_250_before_the_commit_and_what_is_pipelined_behind_waits_for_it(bool chunked)
    {
        using var fixture = new ServerFixture();
        var commit = new TaskCompletionSource();
        fixture.Queue.Commits.Enqueue(commit);
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\n");
        string content = "x\r\n.\r\n";
        if (chunked)
        {
            content = "BDAT 3 LAST\r\nx\r\n";
        }
        else
        {
            client.Say("DATA\r\n");
        }

        Assert.Equal(string.Empty, client.Say(content + "MAIL FROM:<c@client.example>\r\n"));
        Assert.Equal(string.Empty, client.Say("RCPT TO:<d@there.example>\r\n"));
        Assert.Empty(fixture.Queue.Messages);

        commit.SetResult();

        Assert.Equal(
            $"250 2.0.0 {Transcript.Id(1)} Message accepted for delivery\r\n" +
            "250 2.1.0 <c@client.example>... Sender ok\r\n" +
            "250 2.1.5 <d@there.example>... Recipient ok\r\n",
            client.Hear());
        Assert.Equal("x\r\n", Assert.Single(fixture.Queue.Messages).Text);
    }

    [Fact]
    public void A_commit_that_fails_late_is_a_4xx_and_the_session_goes_on()
    {
        using var fixture = new ServerFixture();
        var commit = new TaskCompletionSource();
        fixture.Queue.Commits.Enqueue(commit);
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        Assert.Equal(string.Empty, client.Say("x\r\n.\r\nNOOP\r\n"));

        commit.SetException(new MailQueueException(MailQueueError.StorageFailed, "injected"));

        Assert.Equal(Failed + "250 2.0.0 OK\r\n", client.Hear());
        Assert.Empty(fixture.Queue.Messages);
    }

    [Fact]
    public void A_client_that_leaves_within_content_leaves_nothing_in_the_queue()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say("x\r\n");
        client.Close();

        Assert.True(client.Session.IsCompletedSuccessfully);
        Assert.Empty(fixture.Queue.Messages);
        Assert.Equal(1, fixture.Queue.Aborted);
        Assert.Contains(fixture.Log.Lines, line => line.Contains("lost input channel", StringComparison.Ordinal));
    }

    [Fact]
    public void A_defect_in_a_policy_costs_its_session_a_421_and_no_other()
    {
        using var fixture = new ServerFixture();
        var decision = new TaskCompletionSource<Policies.RcptDecision>();
        fixture.Policy.Slow["a@client.example"] = decision;
        TestClient other = fixture.Connect();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\n");
        client.Say("RCPT TO:<a@client.example>\r\n");

        decision.SetException(new InvalidOperationException("injected"));

        Assert.Equal("421 4.3.0 mx.test Internal failure, closing connection\r\n", client.Hear());
        Assert.True(client.IsClosed);
        other.Hear();
        Assert.Equal("250 2.0.0 OK\r\n", other.Say("NOOP\r\n"));
    }
}
