namespace Relay.Delivery;

/// <summary>Sees one message's dialogues, in Sendmail's words; may be given several at once. Thread-safe.</summary>
public interface IDialogue
{
    /// <summary>
    /// A reply as it came, a command behind <c>&gt;&gt;&gt; </c>, or a remark. No line break, no secrets.
    /// </summary>
    void Add(string line);

    /// <summary>A connection works on the message; ends with <see cref="Closed"/>.</summary>
    void Opened();

    /// <summary>That connection has done with it.</summary>
    void Closed();

    /// <summary>The attempt ends here: the message waits in line until its next hop is well again.</summary>
    void Parked(string line);
}
