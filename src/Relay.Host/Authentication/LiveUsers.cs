using Relay.Routing;
using Relay.Sasl;
using Relay.Server.Authentication;
using Relay.Tables.Authentication;

namespace Relay.Host.Authentication;

/// <summary>The users of the tables in force. Thread-safe.</summary>
internal sealed class LiveUsers(RoutingHolder rules) : IUserDirectory
{
    public bool IsConfigured => Table.Count > 0;

    public (int Iterations, int SaltLength) Usual => Table.Usual;

    private UserTable Table => rules.Current.Tables.Users;

    public ScramKeys? Find(ReadOnlySpan<byte> user) => Table.Find(user) is { } record
        ? new ScramKeys(record.Iterations, record.Salt, record.StoredKey, record.ServerKey)
        : null;
}
