using Microsoft.Extensions.Logging.Abstractions;
using Relay.Server.Policies;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// A server role without listeners: its context with fakes around it, and a clock that the test moves.
/// </summary>
internal sealed class ServerFixture : IDisposable
{
    public ServerFixture(SmtpServerOptions? options = null, IEtrnHandler? etrn = null)
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
        };
        Context = new SmtpServerContext(
            new SmtpServerSettings(options ?? new SmtpServerOptions { HostName = "mx.test" }, etrn is not null),
            Services);
    }

    public ManualTimeProvider Time { get; } = new();

    public Heartbeat Heartbeat { get; }

    public RecordingQueue Queue { get; } = new();

    public ScriptedPolicy Policy { get; } = new();

    public RecordingMailLog Log { get; } = new();

    public SmtpServerServices Services { get; }

    public SmtpServerContext Context { get; }

    /// <summary>A client whose session has begun; its greeting waits to be read.</summary>
    public TestClient Connect(InMemoryConnection? connection = null) =>
        new(Context, connection ?? new InMemoryConnection());

    public void Dispose() => Heartbeat.Dispose();
}
