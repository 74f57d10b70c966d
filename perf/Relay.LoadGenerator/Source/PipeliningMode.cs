namespace Relay.LoadGenerator.Source;

/// <summary>How much the source sends ahead of replies (RFC 2920), if the server offers it.</summary>
public enum PipeliningMode
{
    /// <summary>One command per round trip, as smtp-source does.</summary>
    Off,

    /// <summary>MAIL, all RCPT and DATA in one send: two round trips per message, as most relays do.</summary>
    Group,

    /// <summary>As <see cref="Group"/>, with the next transaction (or QUIT) right behind the end of data.</summary>
    Full,
}
