using Relay.Routing.Routes;

namespace Relay.Delivery.Routing;

/// <summary>
/// Collects the hosts of a site: by the place in the route first, by their own preference within it. Used by one
/// caller.
/// </summary>
internal sealed class SiteDraft
{
    /// <summary>Behind every host of a route.</summary>
    public const int Worst = 1_000_000;

    private readonly List<(int Outer, int Inner, NextHop Host)> _hosts = [];

    public bool IsEmpty => _hosts.Count == 0;

    /// <summary>The failure that counts if there are no hosts: a temporary one, else the first.</summary>
    public SiteFailure Failure { get; private set; } = SiteFailure.None;

    /// <returns>Null, for no failure.</returns>
    public SiteFailure? Add(NextHop host, int preference = 0)
    {
        _hosts.Add((host.Preference, preference, host));
        return null;
    }

    public SiteFailure Fail(SiteFailure failure)
    {
        if (ReferenceEquals(Failure, SiteFailure.None) || (failure.IsTemporary && !Failure.IsTemporary))
        {
            Failure = failure;
        }

        return failure;
    }

    /// <summary>
    /// In order, each once, with preferences from 0 that only tell equal from worse: sets of hosts that are tried alike
    /// compare equal, whatever numbers their owners chose.
    /// </summary>
    public NextHop[] Hosts()
    {
        var found = new List<NextHop>();
        (int Outer, int Inner)? last = null;
        int rank = -1;
        foreach ((int outer, int inner, NextHop host) in _hosts
            .OrderBy(static h => h.Outer).ThenBy(static h => h.Inner)
            .DistinctBy(static h => (h.Host.Host.ToLowerInvariant(), h.Host.Port)))
        {
            rank += last == (outer, inner) ? 0 : 1;
            last = (outer, inner);
            found.Add(host with { Preference = rank });
        }

        return [.. found];
    }
}
