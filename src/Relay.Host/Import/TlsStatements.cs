namespace Relay.Host.Import;

/// <summary>What was said of certificates, until all of it is known.</summary>
internal sealed class TlsStatements
{
    public Statement? ServerCertificate { get; set; }

    public Statement? ServerKey { get; set; }

    public Statement? ClientCertificate { get; set; }

    public Statement? ClientKey { get; set; }

    /// <summary>TLSSrvOptions=V.</summary>
    public bool AsksNobody { get; set; }
}
