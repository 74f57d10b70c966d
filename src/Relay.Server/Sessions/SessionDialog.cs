using System.IO.Pipelines;
using System.Text;
using Relay.Queue;
using Relay.Server.Authentication;
using Relay.Server.Listening;
using Relay.Server.Policies;
using Relay.Server.Transactions;
using Relay.Smtp.Commands;
using Relay.Smtp.Replies;
using Relay.Tls.Connections;

namespace Relay.Server.Sessions;

/// <summary>
/// The state of one SMTP dialogue and what command handlers may do with it. Owned by the session's loop: only it and
/// the handlers that it calls touch this, one at a time. Only <see cref="StopRequested"/> is set from elsewhere.
/// </summary>
internal sealed class SessionDialog
{
    /// <summary>The answer to every command of a client that broke the protocol; without CRLF.</summary>
    public static readonly byte[] CommandRejected = Replies.CommandRejected.TrimEnd("\r\n"u8).ToArray();

    /// <summary>The chunk being received in <see cref="ReceiveMode.Bdat"/>. A field, because it changes.</summary>
    public Chunk Chunk;

    /// <summary>Commands that are answered more slowly each time. A field, because it changes.</summary>
    public CommandSlowDown SlowDown;

    private volatile bool _stopRequested;
    private int _badCommands;
    private int _badRecipients;
    private ListenerModifiers _ofClient;

    public SessionDialog(
        SmtpServerContext server,
        SmtpServerSettings settings,
        ClientIdentity client,
        ClientTexts texts,
        PipeWriter output,
        SessionTimeouts timeouts)
    {
        Server = server;
        Settings = settings;
        Client = client;
        Texts = texts;
        Output = output;
        Timeouts = timeouts;
        Pending = new PendingStep(this);
    }

    public SmtpServerContext Server { get; }

    public SmtpServerSettings Settings { get; }

    /// <summary>Who is talked with; a proxy may say that it is another one.</summary>
    public ClientIdentity Client { get; private set; }

    /// <summary>The connection as accept control counts it; null if it was not counted.</summary>
    public AdmittedConnection? Connection { get; init; }

    /// <summary>What is printed of the client. Set anew when the connection policy has named it.</summary>
    public ClientTexts Texts { get; set; }

    /// <summary><c>name [1.2.3.4]</c> or <c>[1.2.3.4]</c>: in replies, trace fields and the log.</summary>
    public byte[] ClientText => Texts.Client;

    /// <summary>The client's address literal: its name where it gave none.</summary>
    public byte[] ClientAddressLiteral => Texts.AddressLiteral;

    /// <summary>The listener as the log shows it.</summary>
    public byte[] ListenerName => Texts.Listener;

    public PipeWriter Output { get; private set; }

    public SessionTimeouts Timeouts { get; }

    public ReceiveMode Mode { get; set; }

    /// <summary>The listener wants AUTH first, and there was none.</summary>
    public bool NeedsAuthentication =>
        (Modifiers & ListenerModifiers.RequireAuthentication) != 0 && Client.AuthenticatedIdentity is null;

    /// <summary>A proxy hands the session on, and has not told the client's address.</summary>
    public bool IsClientUnknown { get; set; }

    /// <summary>The peer of this connection may say by XCLIENT whose session it is.</summary>
    public bool IsXclientHost { get; set; }

    /// <summary>TLS is active.</summary>
    public bool IsTls => Client.Tls is not null;

    /// <summary>The listener's, and what the policy has added for this client.</summary>
    public ListenerModifiers Modifiers => Client.Modifiers | _ofClient;

    /// <summary>The policy hides STARTTLS from this client (access: <c>Srv_Features:</c> with <c>S</c>).</summary>
    public bool HidesStartTls { get; set; }

    /// <summary>A client's certificate is asked for, if the options say so.</summary>
    public bool AsksForCertificate { get; set; } = true;

    /// <summary>Neither its listener nor the policy keeps this client from STARTTLS.</summary>
    public bool MayStartTls => !HidesStartTls && (Client.Modifiers & ListenerModifiers.NoStartTls) == 0;

    /// <summary>STARTTLS is offered to this client now.</summary>
    public bool OffersStartTls => Settings.Tls is { IsAvailable: true } && !IsTls && MayStartTls;

    /// <summary>HELO or EHLO was accepted.</summary>
    public bool IsGreeted { get; set; }

    /// <summary>EHLO rather than HELO.</summary>
    public bool IsExtended { get; set; }

    /// <summary>No command was read yet.</summary>
    public bool IsFirstCommand { get; set; } = true;

    /// <summary>Input is waiting behind the command line now being carried out.</summary>
    public bool HasInputBehind { get; set; }

    /// <summary>The line being discarded is answered when its end is found.</summary>
    public bool DiscardReplies { get; set; }

    /// <summary>The line being discarded is one of an authentication exchange.</summary>
    public bool IsExchangeLine { get; set; }

    /// <summary>The authentication that is under way; null between exchanges.</summary>
    public IAuthenticationExchange? Exchange { get; set; }

    /// <summary>Who the client has proved to be; null while it has not.</summary>
    public byte[]? AuthenticatedIdentity { get; set; }

    /// <summary>If not null, the answer to every command that moves mail: a line without CRLF.</summary>
    public byte[]? Rejection { get; set; }

    /// <summary>Every message of the session is accepted and dropped.</summary>
    public bool DiscardsMessages { get; set; }

    /// <summary>If not null, every message of the session is held.</summary>
    public byte[]? HoldReason { get; set; }

    /// <summary>The transaction begun by MAIL; null between transactions.</summary>
    public MailTransaction? Transaction { get; set; }

    /// <summary>The service is stopping: no new transaction may begin. May be set by any thread.</summary>
    public bool StopRequested
    {
        get => _stopRequested;
        set => _stopRequested = value;
    }

    public int IdleCommands { get; set; }

    /// <summary>MAIL, VRFY, EXPN or ETRN was given: what a session is for.</summary>
    public bool HasPurpose { get; set; }

    /// <summary>What the peer is expected to send.</summary>
    public SessionPhase Phase =>
        Mode is ReceiveMode.Data or ReceiveMode.Bdat ? SessionPhase.Content : SessionPhase.Command;

    /// <summary>What is waited for.</summary>
    public PendingStep Pending { get; }

    /// <summary>The client did not wait for the greeting, and hears 554 in its place.</summary>
    public bool TalkedTooEarly { get; set; }

    /// <summary>The session's delays for refused recipients are in the log.</summary>
    public bool HasLoggedFlood { get; set; }

    /// <summary>The session's delays for the machine's load are in the log.</summary>
    public bool HasLoggedLoad { get; set; }

    /// <summary>RCPTs refused since MAIL was last accepted. Sendmail: <c>n_badrcpts</c>.</summary>
    public int RefusedSinceMail { get; set; }

    /// <summary>VERB was given by a local user.</summary>
    public bool IsVerbose { get; set; }

    /// <summary>What is doubtful about the local user's program; null for nothing.</summary>
    public string? LocalDoubt { get; set; }

    /// <summary>The delivery that a verbose session shows; null if none.</summary>
    public DeliveryShow? Show { get; set; }

    public Step Reply(ReadOnlySpan<byte> reply)
    {
        ReplyWriter.Write(Output, reply);
        return Step.Continue;
    }

    /// <summary>A reply behind which the session ends.</summary>
    public Step ReplyAndClose(ReadOnlySpan<byte> reply)
    {
        ReplyWriter.Write(Output, reply);
        return Step.Close;
    }

    /// <summary>A refusal that counts toward the limit on bad commands.</summary>
    public Step Refuse(ReadOnlySpan<byte> reply)
    {
        ReplyWriter.Write(Output, reply);
        return CountBadCommand();
    }

    /// <summary>A refusal of RCPT: has a limit of its own, since one bad list of addresses is no attack.</summary>
    public Step RefuseRecipient(ReadOnlySpan<byte> reply)
    {
        ReplyWriter.Write(Output, reply);
        return CountBadRecipient();
    }

    /// <summary>RCPT is refused; in a transaction, that one's count too.</summary>
    public Step RefuseRcpt(ReadOnlySpan<byte> reply)
    {
        RefusedSinceMail++;
        return RefuseRecipient(reply);
    }

    /// <summary>A policy's refusal: a line without CRLF. 421 ends the session (RFC 5321 §3.8).</summary>
    public Step RefuseByPolicy(byte[] refusal, bool recipient)
    {
        ReplyWriter.WriteLine(Output, refusal);
        if (refusal.AsSpan().StartsWith("421"u8))
        {
            return Step.Close;
        }

        RefusedSinceMail += recipient ? 1 : 0;
        return recipient ? CountBadRecipient() : Step.Continue;
    }

    /// <summary>
    /// Input behind a command that must end its group (RFC 2920 §3.1), as Sendmail 8.18 answers it: behind EHLO the
    /// session refuses everything from then on; behind DATA or STARTTLS it ends, since the input may be content.
    /// </summary>
    public Step RefuseInputBehind(SmtpVerb verb)
    {
        this.LogSession(Encoding.UTF8.GetBytes(
            $"rejecting {verb.ToString().ToUpperInvariant()} from {Encoding.UTF8.GetString(ClientText)} "
            + "due to traffic before response"));
        ReplyWriter.Write(Output, Replies.ProtocolError);
        if (verb != SmtpVerb.Ehlo)
        {
            return Step.Close;
        }

        ResetTransaction();
        Rejection = CommandRejected;
        return Step.Continue;
    }

    public Step CountBadCommand() =>
        ++_badCommands > Settings.BadCommandsMax ? ReplyAndClose(Settings.TooManyBadCommands) : Step.Continue;

    /// <summary>The queue's condition as a refusal; false if it takes messages.</summary>
    public bool TryRefuseForQueue(out Step step)
    {
        MailQueueError condition = Server.Queue.Condition;
        if (condition == MailQueueError.None)
        {
            step = default;
            return false;
        }

        step = RefuseForQueue(condition);
        return true;
    }

    /// <summary>Our own failure is always a 4xx: the client keeps the message.</summary>
    public Step RefuseForQueue(MailQueueError error) => error switch
    {
        MailQueueError.InsufficientStorage => Reply(Replies.InsufficientDiskSpace),
        MailQueueError.Stopping => ReplyAndClose(Settings.ShuttingDown),
        _ => Reply(Replies.LocalError),
    };

    public void EndShow()
    {
        Show?.Dispose();
        Show = null;
    }

    /// <summary>Drops the transaction, if there is one (RFC 5321 §4.1.1.5).</summary>
    public void ResetTransaction()
    {
        if (Transaction is { } transaction)
        {
            Transaction = null;
            Server.Transactions.Return(transaction);
        }
    }

    /// <summary>
    /// TLS is active: the session begins anew, knowing nothing that was said before (RFC 3207 §4.2). What it did wrong
    /// so far still counts.
    /// </summary>
    public void BeginTls(TlsTransport tls)
    {
        ResetTransaction();
        Output = tls.Output;
        Client.Tls = tls.Info;
        Client.Helo = [];
        Client.AuthenticatedIdentity = null;
        Client.AuthenticationMechanism = null;
        Client.MayRelayByAuthentication = false;
        AuthenticatedIdentity = null;
        IsGreeted = false;
        IsExtended = false;
        Mode = ReceiveMode.Command;
    }

    /// <summary>
    /// The session is that of another client than it seemed: begins anew, knowing nothing. What went wrong so far still
    /// counts.
    /// </summary>
    public void Become(ClientIdentity client)
    {
        ResetTransaction();
        Client = client;
        Texts = ClientTexts.Of(client, ListenerName);
        AuthenticatedIdentity = null;
        Rejection = null;
        IsGreeted = false;
        IsExtended = false;
    }

    /// <summary>A message was accepted: the session has shown what it is for.</summary>
    public void MailMoved()
    {
        IdleCommands = 0;
        _badRecipients = 0;
    }

    /// <summary>The connection policy has named the client and said what holds for its session.</summary>
    public void Adopt(in ConnectionDecision decision)
    {
        Texts = ClientTexts.Of(Client, ListenerName);
        DiscardsMessages = decision.DiscardsMessages;
        HoldReason = decision.HoldReason;
        HidesStartTls = decision.HidesStartTls;
        _ofClient = decision.Modifiers;
        AsksForCertificate = !decision.AsksForNoCertificate;
    }

    /// <summary>
    /// The connection policy has decided. A refusal with 421 is said at once, any other to every command that moves
    /// mail; the limits on the client come behind the policy's own refusals.
    /// </summary>
    /// <returns>False if the session ends.</returns>
    public bool TakeConnection(in ConnectionDecision decision)
    {
        byte[]? refusal = decision.Refusal;
        if (refusal is null)
        {
            refusal = ClientLimits.Refusal(
                Client, decision.ClientRateMax, decision.ClientConnectionsMax, decision.LimitsTerminate);
            if (refusal is null)
            {
                return true;
            }

            Server.Counters.ClientLimitRefused();
        }

        this.LogRejected(refusal, default, default);
        if (refusal.AsSpan().StartsWith("421"u8))
        {
            ReplyWriter.WriteLine(Output, refusal);
            return false;
        }

        Rejection = refusal;
        return true;
    }

    /// <summary>The session is over: gives back what it holds.</summary>
    public void End()
    {
        ResetTransaction();
        Exchange?.Dispose();
        Exchange = null;
        EndShow();
        if (!HasPurpose && Rejection is null)
        {
            this.LogSession("did not issue MAIL/EXPN/VRFY/ETRN during connection"u8);
        }
    }

    private Step CountBadRecipient()
    {
        Server.Counters.RecipientRefused();
        return ++_badRecipients > Settings.RefusedRecipientsMax
            ? ReplyAndClose(Settings.TooManyBadRecipients)
            : Step.Continue;
    }
}
