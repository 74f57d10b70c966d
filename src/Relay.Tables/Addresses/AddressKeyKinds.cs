namespace Relay.Tables.Addresses;

/// <summary>
/// The keys that an address <c>user+detail@dom</c> stands for, in the order in which virtusertable tries them, as bits:
/// which of them an address has, and which a table can have at all.
/// </summary>
[Flags]
internal enum AddressKeyKinds
{
    None = 0,

    /// <summary><c>user+detail@dom</c>; of an address without detail <c>user@dom</c>.</summary>
    Whole = 1,

    /// <summary><c>user++@dom</c>.</summary>
    UserAnyDetail = 2,

    /// <summary><c>user+*@dom</c>.</summary>
    UserDetail = 4,

    /// <summary><c>user@dom</c> of an address with detail.</summary>
    User = 8,

    /// <summary><c>++@dom</c>.</summary>
    AnyDetail = 16,

    /// <summary><c>+*@dom</c>.</summary>
    Detail = 32,

    /// <summary><c>@dom</c>.</summary>
    Domain = 64,

    All = Whole | UserAnyDetail | UserDetail | User | AnyDetail | Detail | Domain,
}
