using System.Globalization;
using System.Net;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>The name server that Sendmail asks while the tests run, on port 53 of an address of loopback.</summary>
public sealed class SendmailFixture : IAsyncDisposable
{
    private readonly ZoneServer? _server;

    public SendmailFixture()
    {
        if (Tool.IsRoot && Directory.Exists(Sendmail.Root))
        {
            // Sendmail knows no other port; the address differs between runs at the same time.
            int id = Environment.ProcessId;
            string address = string.Create(CultureInfo.InvariantCulture, $"127.78.{id / 250 % 250}.{1 + (id % 250)}");
            _server = new ZoneServer(address, 53);
            Sendmail.UseNameServer(IPAddress.Parse(address));
        }
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
