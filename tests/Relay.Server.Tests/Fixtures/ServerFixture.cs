using Microsoft.Extensions.Logging.Abstractions;
using Relay.Server.Authentication;
using Relay.Server.Policies;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// A server role without listeners: its context with fakes around it, and a clock that the test moves.
/// </summary>
internal sealed class ServerFixture : IDisposable
{
    public ServerFixture(
        SmtpServerOptions? options = null,
        IEtrnHandler? etrn = null,
        IAddressVerifier? verifier = null,
        IHeaderRewriter? rewriter = null,
        Func<Heartbeat, IAuthenticator>? authenticator = null)
    {
        Heartbeat = new Heartbeat(Time);
        Services = new SmtpServerServices
        {
            Queue = Queue,
            ConnectionPolicy = Policy,
            RecipientPolicy = Policy,
            Heartbeat = Heartbeat,
            LoggerFactory = NullLoggerFactory.Instance,
            MailLog = Log,
            EtrnHandler = etrn,
            Authenticator = authenticator?.Invoke(Heartbeat),
            AddressVerifier = verifier,
            HeaderRewriter = rewriter,
            LoadAverage = Load,
        };
        Context = new SmtpServerContext(
            new SmtpServerSettings(
                options ?? new SmtpServerOptions { HostName = "mx.test" }, etrn is not null, verifier is not null),
            Services,
            new DelayQueue(Time, static entry => ((IThreadPoolWorkItem)entry).Execute()));
    }

    public ManualTimeProvider Time { get; } = new();

    public Heartbeat Heartbeat { get; }

    public RecordingQueue Queue { get; } = new();

    public SetLoad Load { get; } = new();

    public ScriptedPolicy Policy { get; } = new();

    public RecordingMailLog Log { get; } = new();

    public SmtpServerServices Services { get; }

    public SmtpServerContext Context { get; }

    /// <summary>A client whose session has begun; its greeting waits to be read.</summary>
    public TestClient Connect(
        InMemoryConnection? connection = null, ListenerModifiers modifiers = ListenerModifiers.None) =>
        new(Context, connection ?? new InMemoryConnection(), modifiers);

    public void Dispose()
    {
        Context.Dispose();
        Heartbeat.Dispose();
    }
}
