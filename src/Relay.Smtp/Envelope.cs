using System.Buffers;
using System.Diagnostics;

namespace Relay.Smtp;

/// <summary>
/// The envelope of one message (RFC 5321 §2.3.1) with its DSN parameters (RFC 3461), as octets in one reusable arena.
/// Owned by one transaction, lease or builder at a time; not thread-safe. <see cref="Reset"/> makes it empty again
/// and keeps its memory, so a session fills the same envelope for every message without allocating.
/// Spans handed out die with the next change or <see cref="Reset"/>.
/// </summary>
public sealed class Envelope : IDisposable
{
    private const int InitialArena = 1024;
    private const int InitialRecipients = 8;

    private byte[] _arena = ArrayPool<byte>.Shared.Rent(InitialArena);
    private Entry[] _recipients = new Entry[InitialRecipients];
    private int _used;
    private Slice _reversePath;
    private Slice _envelopeId;
    private Slice _helo;
    private Slice _client;
    private Slice _authIdentity;
    private Slice _arrivalAddress;

    /// <summary>BODY as declared by MAIL.</summary>
    public BodyType Body { get; set; }

    /// <summary>SMTPUTF8 was given with MAIL (RFC 6531 §3.4).</summary>
    public bool SmtpUtf8 { get; set; }

    /// <summary>RET as given with MAIL.</summary>
    public DsnReturn Return { get; set; }

    public int RecipientCount { get; private set; }

    /// <summary>A recipient has a reverse-path of its own.</summary>
    public bool HasOwnReversePaths { get; private set; }

    /// <summary>The reverse-path's mailbox without angle brackets; empty is the null reverse-path.</summary>
    public ReadOnlySpan<byte> ReversePath => Get(_reversePath);

    /// <summary>ENVID in xtext, as sent; empty if none.</summary>
    public ReadOnlySpan<byte> EnvelopeId => Get(_envelopeId);

    /// <summary>The HELO/EHLO name of the client that handed the message over.</summary>
    public ReadOnlySpan<byte> Helo => Get(_helo);

    /// <summary>The client as logged: <c>name [1.2.3.4]</c> or <c>[1.2.3.4]</c>.</summary>
    public ReadOnlySpan<byte> Client => Get(_client);

    /// <summary>The authenticated identity of the client; empty if none.</summary>
    public ReadOnlySpan<byte> AuthIdentity => Get(_authIdentity);

    /// <summary>
    /// Our address that the message came in on, 4 or 16 octets in network order; empty unless <see cref="ArrivalUses"/>
    /// has a use for it.
    /// </summary>
    public ReadOnlySpan<byte> ArrivalAddress => Get(_arrivalAddress);

    /// <summary>What <see cref="ArrivalAddress"/> is used for.</summary>
    public ArrivalUses ArrivalUses { get; private set; }

    public EnvelopeRecipient GetRecipient(int ordinal)
    {
        Debug.Assert((uint)ordinal < (uint)RecipientCount);
        ref Entry entry = ref _recipients[ordinal];
        return new EnvelopeRecipient(
            Get(entry.ForwardPath),
            Get(entry.OriginalRecipient),
            entry.Notify,
            Get(entry.HasOwnReversePath ? entry.ReversePath : _reversePath),
            entry.HasOwnReversePath);
    }

    public void SetReversePath(ReadOnlySpan<byte> mailbox) => _reversePath = Store(mailbox);

    public void SetEnvelopeId(ReadOnlySpan<byte> xtext) => _envelopeId = Store(xtext);

    public void SetHelo(ReadOnlySpan<byte> name) => _helo = Store(name);

    public void SetClient(ReadOnlySpan<byte> client) => _client = Store(client);

    public void SetAuthIdentity(ReadOnlySpan<byte> identity) => _authIdentity = Store(identity);

    /// <param name="address">4 or 16 octets in network order.</param>
    /// <param name="uses">At least one.</param>
    /// <exception cref="ArgumentException">The address is none, or has no use.</exception>
    public void SetArrival(ReadOnlySpan<byte> address, ArrivalUses uses)
    {
        if (address.Length is not (4 or 16) || uses == ArrivalUses.None)
        {
            throw new ArgumentException("An address of 4 or 16 octets and a use of it are needed.", nameof(address));
        }

        _arrivalAddress = Store(address);
        ArrivalUses = uses;
    }

    /// <summary>Adds a recipient; its ordinal is the count before the call.</summary>
    /// <param name="forwardPath">The mailbox without angle brackets and source route.</param>
    /// <param name="originalRecipient">ORCPT in xtext, as sent (<c>rfc822;a@b</c>); empty if none.</param>
    public void AddRecipient(ReadOnlySpan<byte> forwardPath, ReadOnlySpan<byte> originalRecipient, DsnNotify notify)
        => Add(forwardPath, originalRecipient, notify);

    /// <summary>
    /// Adds a recipient with a reverse-path of its own: a member of a list that has an owner (Sendmail: "owner-list"
    /// replaces the sender). Members one after the other with the same owner share its octets.
    /// </summary>
    /// <param name="forwardPath">The mailbox without angle brackets and source route.</param>
    /// <param name="originalRecipient">ORCPT in xtext; empty if none.</param>
    /// <param name="reversePath">The mailbox without angle brackets; empty is the null reverse-path.</param>
    public void AddRecipient(
        ReadOnlySpan<byte> forwardPath,
        ReadOnlySpan<byte> originalRecipient,
        DsnNotify notify,
        ReadOnlySpan<byte> reversePath)
    {
        Slice own = HasOwnReversePaths && _recipients[RecipientCount - 1] is { HasOwnReversePath: true } last
            && Get(last.ReversePath).SequenceEqual(reversePath)
                ? last.ReversePath
                : Store(reversePath);
        ref Entry entry = ref Add(forwardPath, originalRecipient, notify);
        entry.ReversePath = own;
        entry.HasOwnReversePath = true;
        HasOwnReversePaths = true;
    }

    /// <summary>Empties the envelope and keeps its memory.</summary>
    public void Reset()
    {
        _used = 0;
        RecipientCount = 0;
        HasOwnReversePaths = false;
        Body = BodyType.SevenBit;
        SmtpUtf8 = false;
        Return = DsnReturn.Unspecified;
        ArrivalUses = ArrivalUses.None;
        _reversePath = _envelopeId = _helo = _client = _authIdentity = _arrivalAddress = default;
    }

    /// <summary>Gives the memory back; the envelope may not be used afterwards.</summary>
    public void Dispose()
    {
        byte[] arena = _arena;
        _arena = [];
        Reset();
        if (arena.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(arena);
        }
    }

    private ref Entry Add(
        ReadOnlySpan<byte> forwardPath, ReadOnlySpan<byte> originalRecipient, DsnNotify notify)
    {
        if (RecipientCount == _recipients.Length)
        {
            Array.Resize(ref _recipients, RecipientCount * 2);
        }

        ref Entry entry = ref _recipients[RecipientCount++];
        entry = new Entry
        {
            ForwardPath = Store(forwardPath),
            OriginalRecipient = Store(originalRecipient),
            Notify = notify,
        };
        return ref entry;
    }

    private ReadOnlySpan<byte> Get(Slice slice) => _arena.AsSpan(slice.Offset, slice.Length);

    private Slice Store(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return default;
        }

        if (_arena.Length - _used < bytes.Length)
        {
            Grow(bytes.Length);
        }

        bytes.CopyTo(_arena.AsSpan(_used));
        var slice = new Slice(_used, bytes.Length);
        _used += bytes.Length;
        return slice;
    }

    private void Grow(int more)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_arena.Length * 2, _used + more));
        _arena.AsSpan(0, _used).CopyTo(larger);
        byte[] old = _arena;
        _arena = larger;
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }

    private readonly record struct Slice(int Offset, int Length);

    private struct Entry
    {
        public Slice ForwardPath;
        public Slice OriginalRecipient;
        public Slice ReversePath;
        public DsnNotify Notify;
        public bool HasOwnReversePath;
    }
}
