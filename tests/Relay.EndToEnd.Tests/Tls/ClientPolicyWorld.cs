using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Relay.EndToEnd.Tests.Monitoring;
using Relay.Testing;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>
/// The real program with a level or an entry of access for each of several next hops, and the next hops: one with a
/// good certificate, one with a self-signed one, one without TLS, one whose TLS is too old. Mail for
/// <c>x@NAME.example</c> goes to the host <c>NAME.test</c>.
/// </summary>
public sealed class ClientPolicyWorld : IAsyncLifetime
{
    /// <summary>Host, its kind of server, its level or nothing, and what access says.</summary>
    private static readonly (string Name, string Server, string Level, string Access)[] Hosts =
    [
        ("none", "good", "none", ""),
        ("may-good", "good", "", ""),
        ("may-faulty", "faulty", "", ""),
        ("may-clear", "clear", "", ""),
        ("may-old", "old", "", ""),
        ("encrypt-faulty", "faulty", "encrypt", ""),
        ("encrypt-clear", "clear", "encrypt", ""),
        ("encrypt-old", "old", "encrypt", ""),
        ("verify-good", "good", "verify", ""),
        ("verify-faulty", "faulty", "verify", ""),
        ("verify-clear", "clear", "verify", ""),
        ("known", "faulty", "fingerprint | KNOWN", ""),
        ("unknown", "faulty", "fingerprint | OTHER", ""),
        ("try", "good", "", "Try_TLS:try.test NO"),
        ("srv-clear", "clear", "", "TLS_Srv:srv-clear.test ENCR:112"),
        ("srv-faulty", "faulty", "", "TLS_Srv:srv-faulty.test VERIFY"),
        ("srv-perm", "faulty", "", "TLS_Srv:srv-perm.test PERM+VERIFY"),
        ("srv-good", "good", "", "TLS_Srv:srv-good.test VERIFY:128+CN"),
        ("rcpt", "faulty", "", "TLS_Rcpt:vip@rcpt.example VERIFY"),
    ];

    private readonly Workspace _workspace = new();
    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _good;
    private readonly X509Certificate2 _faulty = TestAuthority.SelfSigned("faulty.test");
    private readonly Dictionary<string, ScriptedMailExchanger> _servers;
    private RelayUnderTest? _relay;

    public ClientPolicyWorld()
    {
        _good = _authority.Issue("good.test", others: [.. Hosts.Select(static h => $"{h.Name}.test")]);
        _servers = new Dictionary<string, ScriptedMailExchanger>(StringComparer.Ordinal)
        {
            ["good"] = Serve(_good, SslProtocols.None),
            ["faulty"] = Serve(_faulty, SslProtocols.None),
#pragma warning disable CA5398 // a version that the relay does not take is what is tested
            ["old"] = Serve(_good, SslProtocols.Tls12),
#pragma warning restore CA5398
            ["clear"] = new ScriptedMailExchanger { Offer = "250-clear.test\r\n250 ENHANCEDSTATUSCODES" },
        };
    }

    public async ValueTask InitializeAsync()
    {
        string tables = Directory.CreateDirectory(_workspace.PathOf("tables")).FullName;
        File.WriteAllLines(Path.Combine(tables, "mailertable"), Hosts.Select(h => string.Create(
            CultureInfo.InvariantCulture, $"{h.Name}.example smtp:[{h.Name}.test]:{_servers[h.Server].Port}")));
        File.WriteAllLines(Path.Combine(tables, "access"), Hosts.Select(static h => h.Access));
        string fingerprint = _faulty.GetCertHashString(HashAlgorithmName.SHA256);
        string policies = string.Join('\n', Hosts.Where(static h => h.Level.Length > 0).Select(
            h => $"{h.Name}.test | {h.Level}"
                .Replace("KNOWN", fingerprint, StringComparison.Ordinal)
                .Replace("OTHER", new string('0', fingerprint.Length), StringComparison.Ordinal)));
        string hosts = string.Concat(Hosts.Select(static h => $"127.0.0.1 {h.Name}.test\n"));
        _relay = new RelayUnderTest(_workspace, _servers["clear"].Port)
        {
            Settings =
            [
                $"tables.directory={tables}",
                $"dns.hostsFile={_workspace.Write("hosts", hosts)}",
                $"delivery.tls.authorities={_authority.WriteTo(_workspace.PathOf("ca.pem"))}",
                $"delivery.tls.policies={policies}",
                "delivery.tls.minimumVersion=tls13",
                "retry.initial=10m",
                "retry.maximum=10m",
            ],
        };
        await _relay.StartAsync();
    }

    /// <summary>Sends a message and returns the log's line about its first attempt.</summary>
    public async Task<string> SendAsync(string recipient)
    {
        using Conversation client = await Conversation.BeginAsync(_relay!.Port, "127.0.0.1");
        await client.SayAsync(null);
        await client.SayAsync("EHLO client.test");
        await client.SayAsync("MAIL FROM:<>");
        Assert.StartsWith("250", await client.SayAsync($"RCPT TO:<{recipient}>"), StringComparison.Ordinal);
        await client.SayAsync("DATA");
        Assert.StartsWith("250", await client.SayAsync("Subject: x\r\n\r\nx\r\n."), StringComparison.Ordinal);
        return await _relay.Program.WaitForLineAsync($"to=<{recipient}>");
    }

    /// <summary>Whether the message that a recipient's host has got came over TLS; null if it has got none.</summary>
    public bool? CameOverTls(string recipient)
    {
        string name = recipient[(recipient.IndexOf('@', StringComparison.Ordinal) + 1)..].Split('.')[0];
        ScriptedMailExchanger server = _servers[Hosts.Single(h => h.Name == name).Server];
        ReceivedMail? mail = server.Mails.SingleOrDefault(m => m.Recipients.Contains($"RCPT TO:<{recipient}>"));
        return mail is null
            ? null
            : server.Lines.Contains(string.Create(CultureInfo.InvariantCulture, $"{mail.Connection}: STARTTLS"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        foreach (ScriptedMailExchanger server in _servers.Values)
        {
            await server.DisposeAsync();
        }

        _good.Dispose();
        _faulty.Dispose();
        _authority.Dispose();
        _workspace.Dispose();
    }

    private static ScriptedMailExchanger Serve(X509Certificate2 certificate, SslProtocols versions) => new()
    {
        Offer = "250-mx.test\r\n250-STARTTLS\r\n250 ENHANCEDSTATUSCODES",
        Tls = async (connection, stop) =>
        {
            var stream = new SslStream(connection);
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate,
                    EnabledSslProtocols = versions,
                },
                stop);
            return stream;
        },
    };
}
