namespace Relay.Testing;

/// <summary>One message as a <see cref="ScriptedMailExchanger"/> got it.</summary>
/// <param name="Connection">The number of the connection, from 1.</param>
/// <param name="Mail">The MAIL line.</param>
/// <param name="Recipients">The RCPT lines that were accepted.</param>
/// <param name="Wire">The content as it came: dot-stuffed for DATA, plain for BDAT, without the terminator.</param>
public sealed record ReceivedMail(int Connection, string Mail, IReadOnlyList<string> Recipients, byte[] Wire);
