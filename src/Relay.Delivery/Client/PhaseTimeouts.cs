namespace Relay.Delivery.Client;

/// <summary>The timeouts by phase in milliseconds: one array read per deadline.</summary>
internal sealed class PhaseTimeouts
{
    private readonly long[] _milliseconds = new long[(int)ClientPhase.Quit + 1];

    public PhaseTimeouts(ClientTimeouts timeouts)
    {
        Set(ClientPhase.Resolve, timeouts.Connect);
        Set(ClientPhase.Connect, timeouts.Connect);
        Set(ClientPhase.Greeting, timeouts.Greeting);
        Set(ClientPhase.Hello, timeouts.Hello);
        Set(ClientPhase.Auth, timeouts.Auth);
        Set(ClientPhase.StartTls, timeouts.StartTls);
        Set(ClientPhase.Reset, timeouts.Hello);
        Set(ClientPhase.Mail, timeouts.Mail);
        Set(ClientPhase.Rcpt, timeouts.Rcpt);
        Set(ClientPhase.Data, timeouts.DataInitiation);
        Set(ClientPhase.Content, timeouts.DataBlock);
        Set(ClientPhase.FinalDot, timeouts.DataTermination);
        Set(ClientPhase.Quit, timeouts.Quit);
    }

    public long this[ClientPhase phase] => _milliseconds[(int)phase];

    private void Set(ClientPhase phase, TimeSpan timeout) =>
        _milliseconds[(int)phase] = (long)timeout.TotalMilliseconds;
}
