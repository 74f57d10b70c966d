namespace Relay.Host.Sendmail;

/// <summary>
/// The mailers that tables may name, as <c>=M</c> prints them. All that speak SMTP do the same here: ESMTP first, lines
/// as they come.
/// </summary>
internal static class MailerList
{
    private static readonly (string Name, string Program, string End)[] Mailers =
    [
        ("local", "[LMTP]", "DNS/RFC822/X-Unix"),
        ("smtp", "[IPC]", "DNS/RFC822/SMTP"),
        ("esmtp", "[IPC]", "DNS/RFC822/SMTP"),
        ("smtp8", "[IPC]", "DNS/RFC822/SMTP"),
        ("dsmtp", "[IPC]", "DNS/RFC822/SMTP"),
        ("relay", "[IPC]", "DNS/RFC822/SMTP"),
        ("lmtp", "[LMTP]", "DNS/RFC822/SMTP"),
        ("error", "[ERROR]", "<undefined>/<undefined>/<undefined>"),
        ("discard", "[DISCARD]", "<undefined>/<undefined>/<undefined>"),
    ];

    public static bool Contains(string name) => Array.Exists(Mailers, m => m.Name == name);

    public static void Print(TextWriter output)
    {
        for (int i = 0; i < Mailers.Length; i++)
        {
            (string name, string program, string types) = Mailers[i];
            output.WriteLine($@"mailer {i} ({name}): P={program} L=0 E=\r\n T={types} A=TCP $h");
        }
    }
}
