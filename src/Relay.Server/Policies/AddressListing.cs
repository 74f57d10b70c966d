namespace Relay.Server.Policies;

/// <summary>
/// The answer to VRFY or EXPN: at least one line, each a complete reply line without CRLF and all with the same code,
/// e.g. <c>250 2.1.5 &lt;a@b.example&gt;</c>, <c>550 5.1.1 x... User unknown</c>, <c>252 …</c>. The server makes one
/// multi-line reply of them.
/// </summary>
/// <param name="Lines">Not changed afterwards.</param>
public readonly record struct AddressListing(IReadOnlyList<byte[]> Lines);
