using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// The name server that Sendmail asks while the tests run, on port 53 of an address of loopback: one for all tests that
/// ask Sendmail, one after another.
/// </summary>
[CollectionDefinition(Name)]
public sealed class SendmailFixture : ICollectionFixture<SendmailFixture>, IAsyncDisposable
{
    public const string Name = "Sendmail";

    private readonly ZoneServer? _server;

    public SendmailFixture()
    {
        if (!Tool.IsRoot || !Directory.Exists(Sendmail.Root))
        {
            return;
        }

        for (int attempt = 0; _server is null && attempt < 20; attempt++)
        {
            // Sendmail knows no other port; the address differs between runs at the same time.
            string address = string.Create(
                CultureInfo.InvariantCulture, $"127.78.{Random.Shared.Next(250)}.{Random.Shared.Next(1, 250)}");
            try
            {
                _server = new ZoneServer(address, 53);
                Sendmail.UseNameServer(IPAddress.Parse(address));
            }
            catch (SocketException)
            {
                // somebody's: another one, unless a name server listens on every address of the machine
            }
        }
    }

    /// <summary>Skips the running test, saying why, where Sendmail cannot be run.</summary>
    internal void Require()
    {
        Sendmail.Require();
        Assert.SkipWhen(_server is null, "no address of loopback is free at port 53, the only one that Sendmail asks");
        Assert.SkipUnless(Loopback.HasIPv6, Loopback.NoIPv6);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
