namespace Relay.Tables;

/// <summary>The outcome of a look-up.</summary>
public enum LookupResult
{
    /// <summary>There is no such key.</summary>
    NotFound = 0,

    Found = 1,

    /// <summary>The table cannot answer now; never from a text file. Callers answer with a 4xx.</summary>
    TemporaryFailure = 2,
}
