namespace Relay.Host.Options;

/// <summary>The kinds of values that options about TLS take.</summary>
internal static class TlsFormats
{
    public static OptionFormat<CertificatesSetting> Certificates { get; } = new(
        CertificatesSetting.Expected,
        CertificatesSetting.TryParse,
        static v => v.Text,
        JsonTokens.String | JsonTokens.List);

    /// <summary>One at most.</summary>
    public static OptionFormat<CertificatesSetting> Certificate { get; } = new(
        "\"certificate | key\" of paths, the path of one file that has both, or \"\" for none",
        static (string t, out CertificatesSetting v) => CertificatesSetting.TryParse(t, out v) && v.Files.Count <= 1,
        static v => v.Text,
        JsonTokens.String);

    public static OptionFormat<CipherSuitesSetting> CipherSuites { get; } = new(
        CipherSuitesSetting.Expected,
        CipherSuitesSetting.TryParse,
        static v => v.Text,
        JsonTokens.String | JsonTokens.List);

    public static OptionFormat<TlsPoliciesSetting> Policies { get; } = new(
        TlsPoliciesSetting.Expected,
        TlsPoliciesSetting.TryParse,
        static v => v.Text,
        JsonTokens.String | JsonTokens.List);
}
