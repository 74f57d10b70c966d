using System.Text;

namespace Relay.Smtp.Tests;

/// <summary>The reusable envelope: what was put in comes out, whatever else was put in before or after.</summary>
public sealed class EnvelopeTests
{
    [Fact]
    public void A_recipient_has_the_envelopes_reverse_path_unless_it_has_its_own()
    {
        using var envelope = new Envelope();
        envelope.SetReversePath("poster@x.test"u8);
        envelope.AddRecipient("plain@x.test"u8, default, DsnNotify.Unspecified);
        Assert.False(envelope.HasOwnReversePaths);
        envelope.AddRecipient("member@x.test"u8, "rfc822;list@x.test"u8, DsnNotify.Failure, "owner@x.test"u8);
        envelope.AddRecipient("robot@x.test"u8, default, DsnNotify.Never, default);

        Assert.True(envelope.HasOwnReversePaths);
        Assert.Equal(
            [
                "plain@x.test||Unspecified|poster@x.test|False",
                "member@x.test|rfc822;list@x.test|Failure|owner@x.test|True",
                "robot@x.test||Never||True",
            ],
            Recipients(envelope));
    }

    [Fact]
    public void A_reverse_path_set_later_counts_for_the_recipients_that_have_no_other()
    {
        using var envelope = new Envelope();
        envelope.AddRecipient("a@x.test"u8, default, DsnNotify.Unspecified);
        envelope.AddRecipient("b@x.test"u8, default, DsnNotify.Unspecified, "owner@x.test"u8);
        envelope.SetReversePath("later@x.test"u8);
        Assert.Equal("later@x.test"u8, envelope.GetRecipient(0).ReversePath);
        Assert.Equal("owner@x.test"u8, envelope.GetRecipient(1).ReversePath);
    }

    [Fact]
    public void Many_members_of_changing_lists_keep_their_owners_as_the_arena_grows()
    {
        using var envelope = new Envelope();
        for (int i = 0; i < 5000; i++)
        {
            envelope.AddRecipient(
                Encoding.ASCII.GetBytes($"user{i}@x.test"),
                default,
                DsnNotify.Unspecified,
                Encoding.ASCII.GetBytes($"owner{i / 7 % 3}@x.test"));
        }

        for (int i = 0; i < 5000; i++)
        {
            EnvelopeRecipient recipient = envelope.GetRecipient(i);
            Assert.Equal($"user{i}@x.test", Encoding.ASCII.GetString(recipient.ForwardPath));
            Assert.Equal($"owner{i / 7 % 3}@x.test", Encoding.ASCII.GetString(recipient.ReversePath));
        }
    }

    [Fact]
    public void Reset_forgets_own_reverse_paths()
    {
        using var envelope = new Envelope();
        envelope.AddRecipient("a@x.test"u8, default, DsnNotify.Unspecified, "owner@x.test"u8);
        envelope.Reset();
        envelope.SetReversePath("poster@x.test"u8);
        envelope.AddRecipient("b@x.test"u8, default, DsnNotify.Unspecified);
        Assert.False(envelope.HasOwnReversePaths);
        Assert.Equal(["b@x.test||Unspecified|poster@x.test|False"], Recipients(envelope));
    }

    [Fact]
    public void Envelopes_used_again_allocate_nothing_with_own_reverse_paths_or_without()
    {
        using var envelope = new Envelope();
        Fill(envelope);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(envelope);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Fill(Envelope envelope)
    {
        for (int round = 0; round < 100; round++)
        {
            envelope.Reset();
            envelope.SetReversePath("poster@x.test"u8);
            envelope.AddRecipient("a@x.test"u8, default, DsnNotify.Unspecified);
            envelope.AddRecipient("b@x.test"u8, default, DsnNotify.Unspecified, "owner@x.test"u8);
            envelope.AddRecipient("c@x.test"u8, default, DsnNotify.Unspecified, "owner@x.test"u8);
            if (envelope.GetRecipient(2).ReversePath.Length != 12)
            {
                throw new InvalidOperationException();
            }
        }
    }

    private static List<string> Recipients(Envelope envelope)
    {
        var lines = new List<string>();
        for (int i = 0; i < envelope.RecipientCount; i++)
        {
            EnvelopeRecipient r = envelope.GetRecipient(i);
            lines.Add(
                $"{Encoding.ASCII.GetString(r.ForwardPath)}|{Encoding.ASCII.GetString(r.OriginalRecipient)}|{r.Notify}|"
                + $"{Encoding.ASCII.GetString(r.ReversePath)}|{r.HasOwnReversePath}");
        }

        return lines;
    }
}
