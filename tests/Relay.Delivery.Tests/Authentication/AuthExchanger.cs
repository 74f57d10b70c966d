using System.Security.Cryptography;
using System.Text;
using Relay.Sasl;
using Relay.Sasl.Server;
using Relay.Testing;

namespace Relay.Delivery.Tests.Authentication;

/// <summary>
/// A server that knows tim with the password "secret" and the token "good-token", and takes mail from nobody else.
/// </summary>
internal sealed class AuthExchanger : IAsyncDisposable
{
    private readonly Dictionary<int, Session> _sessions = [];
    private readonly byte[] _nonce = "<1896.697170952@postoffice.test>"u8.ToArray();

    public AuthExchanger(string mechanisms)
    {
        Exchanger = new ScriptedMailExchanger(Reply)
        {
            Offer = $"250-mx.test\r\n250-PIPELINING\r\n250-8BITMIME{(mechanisms.Length > 0 ? $"\r\n250-AUTH {mechanisms}" : "")}"
                + "\r\n250 ENHANCEDSTATUSCODES",
        };
    }

    public ScriptedMailExchanger Exchanger { get; }

    /// <summary>The password that is right now.</summary>
    public string Password { get; set; } = "secret";

    /// <summary>The token that is right now.</summary>
    public string Token { get; set; } = "good-token";

    /// <summary>In place of a yes or a no; null for those.</summary>
    public string? Verdict { get; set; }

    /// <summary>Mechanisms used, in their order.</summary>
    public List<string> Used { get; } = [];

    public ValueTask DisposeAsync() => Exchanger.DisposeAsync();

    private string? Reply(int connection, string line)
    {
        lock (_sessions)
        {
            Session session = _sessions.TryGetValue(connection, out Session? known)
                ? known
                : _sessions[connection] = new Session();
            if (line.StartsWith("AUTH ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Used.Add(words[1]);
                session.Mechanism = words[1];
                session.Step = 0;
                session.Scram = new ScramServer(_ => ScramKeys.Derive(Octets(Password), [1, 2, 3, 4], 4096));
                return Answer(session, words.Length > 2 ? words[2] : null);
            }

            return session.Mechanism is not null && session.Step >= 0 && !line.Contains(' ', StringComparison.Ordinal)
                ? Answer(session, line)
                : line.StartsWith("MAIL", StringComparison.Ordinal) && !session.IsProved
                    ? "530 5.7.0 Authentication required"
                    : null;
        }
    }

    private string Answer(Session session, string? given)
    {
        if (given == "*")
        {
            return End(session, "501 5.7.0 Aborted");
        }

        byte[] message = given is null or "=" ? [] : Convert.FromBase64String(given);
        string text = Encoding.UTF8.GetString(message);
        switch (session.Mechanism)
        {
            case "PLAIN":
                return Decide(session, text == $"\0tim\0{Password}");
            case "LOGIN":
                session.Step++;
                return session.Step switch
                {
                    1 => "334 VXNlcm5hbWU6",
                    2 when text == "tim" => "334 UGFzc3dvcmQ6",
                    _ => Decide(session, text == Password),
                };
            case "CRAM-MD5":
#pragma warning disable CA5351 // the mechanism is made of it
                string digest = Convert.ToHexStringLower(HMACMD5.HashData(Octets(Password), _nonce));
#pragma warning restore CA5351
                return session.Step++ == 0
                    ? $"334 {Convert.ToBase64String(_nonce)}"
                    : Decide(session, text == $"tim {digest}");
            case "SCRAM-SHA-256":
                return session.Scram!.Next(message, given is not null) switch
                {
                    SaslServerState.Challenge => $"334 {Convert.ToBase64String(session.Scram.Challenge)}",
                    SaslServerState.Accepted => Decide(session, true),
                    _ => Decide(session, false),
                };
            default:
                if (session.Step++ == 0 && !text.EndsWith($"auth=Bearer {Token}\u0001\u0001", StringComparison.Ordinal))
                {
                    return $"334 {Convert.ToBase64String("""{"status":"invalid_token"}"""u8)}";
                }

                return Decide(session, session.Step == 1);
        }
    }

    private string Decide(Session session, bool isRight)
    {
        session.IsProved = isRight && Verdict is null;
        return End(session, Verdict ?? (isRight ? "235 2.7.0 Welcome" : "535 5.7.8 Authentication credentials invalid"));
    }

    private static string End(Session session, string reply)
    {
        session.Mechanism = null;
        session.Step = -1;
        return reply;
    }

    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class Session
    {
        public string? Mechanism { get; set; }

        public int Step { get; set; } = -1;

        public ScramServer? Scram { get; set; }

        public bool IsProved { get; set; }
    }
}
