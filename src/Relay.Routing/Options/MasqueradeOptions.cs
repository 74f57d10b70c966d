namespace Relay.Routing.Options;

/// <summary>Masquerading and genericstable (Sendmail: cf/README, MASQUERADING AND RELAYING). Immutable.</summary>
public sealed record MasqueradeOptions
{
    /// <summary>MASQUERADE_AS: the domain that stands for ours; null for none.</summary>
    public string? As { get; init; }

    /// <summary>masquerade_entire_domain: what lies below class M, too.</summary>
    public bool EntireDomain { get; init; }

    /// <summary>limited_masquerade: class M only, our own names are not masqueraded.</summary>
    public bool Limited { get; init; }

    /// <summary>allmasquerade: recipients in headers, too.</summary>
    public bool All { get; init; }

    /// <summary>masquerade_envelope: the reverse-path, too.</summary>
    public bool Envelope { get; init; }

    /// <summary>generics_entire_domain: what lies below class G, too.</summary>
    public bool GenericsEntireDomain { get; init; }
}
