namespace Relay.Routing.Routes;

/// <summary>What is to be done with a recipient.</summary>
public enum RouteKind : byte
{
    /// <summary>Deliver by SMTP to the route's hosts.</summary>
    Smtp,

    /// <summary>Deliver by LMTP (RFC 2033) to the route's hosts.</summary>
    Lmtp,

    /// <summary>Keep in the queue, held, with the route's text as the reason.</summary>
    Hold,

    /// <summary>Refuse with the route's reply (5xx bounces, 4xx defers).</summary>
    Error,

    /// <summary>Drop without notice.</summary>
    Discard,
}
