namespace Relay.Tls.Certificates;

/// <summary>Where a certificate is: PEM files with its chain behind it, and with its key.</summary>
/// <param name="Certificate">The certificate first, then the intermediate ones.</param>
/// <param name="Key">Not encrypted; the same file if it holds both.</param>
public sealed record CertificateFiles(string Certificate, string Key);
