using System.Text;
using Relay.Server.Policies;

namespace Relay.Server.Tests.Fixtures;

/// <summary>Knows eric and a list; answers at once, or when <see cref="Slow"/> completes.</summary>
internal sealed class ScriptedVerifier : IAddressVerifier
{
    public TaskCompletionSource<AddressListing>? Slow { get; set; }

    public ValueTask<AddressListing> VerifyAsync(ClientIdentity client, ReadOnlyMemory<byte> argument) =>
        Answer(Encoding.ASCII.GetString(argument.Span) switch
        {
            "eric" => ["250 2.1.5 <eric@there.example>"],
            var other => [$"550 5.1.1 {other}... User unknown"],
        });

    public ValueTask<AddressListing> ExpandAsync(ClientIdentity client, ReadOnlyMemory<byte> argument) =>
        Answer(["250 2.1.5 <a@there.example>", "250 2.1.5 <b@there.example>", "250 2.1.5 <c@there.example>"]);

    private ValueTask<AddressListing> Answer(string[] lines) => Slow is { } slow
        ? new ValueTask<AddressListing>(slow.Task)
        : new ValueTask<AddressListing>(new AddressListing([.. lines.Select(Encoding.ASCII.GetBytes)]));
}
