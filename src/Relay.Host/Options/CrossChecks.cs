using System.Net;
using Relay.Routing.Options;
using Relay.Server.Policies;
using Relay.Tls;

namespace Relay.Host.Options;

/// <summary>Rules that concern more than one option, run when each alone is valid.</summary>
internal static class CrossChecks
{
    public static void Run(RelaySettings settings, Action<string, string> report)
    {
        TimeSpan initial = settings.Get(RetryKeys.Initial);
        TimeSpan maximum = settings.Get(RetryKeys.Maximum);
        TimeSpan lifetime = settings.Get(RetryKeys.Lifetime);
        if (initial > maximum)
        {
            report(
                RetryKeys.Initial.Path,
                $"{OptionFormats.WriteDuration(initial)} is longer than retry.maximum, "
                + $"{OptionFormats.WriteDuration(maximum)}");
        }

        if (maximum > lifetime)
        {
            report(
                RetryKeys.Maximum.Path,
                $"{OptionFormats.WriteDuration(maximum)} is longer than retry.lifetime, "
                + $"{OptionFormats.WriteDuration(lifetime)}");
        }

        if (settings.Get(SubmissionKeys.DropFolder).Length > 0 && settings.Get(SubmissionKeys.Socket).Length == 0)
        {
            report(SubmissionKeys.DropFolder.Path, "needs submission.socket, through which the messages are taken up");
        }

        if (settings.Get(ServerKeys.Proxies).Text.Length == 0
            && settings.Listeners.Any(static listener => listener.Get(ListenerKeys.ProxyProtocol)))
        {
            report(ServerKeys.Proxies.Path, "is empty, so that a listener with proxyProtocol would serve nobody");
        }

        CheckPromiscuous(settings, report);
        CheckTls(settings, report);
        CheckOtlp(settings, report);
    }

    /// <summary>A gRPC call has its own path.</summary>
    private static void CheckOtlp(RelaySettings settings, Action<string, string> report)
    {
        foreach (OptionKey<Uri> key in (OptionKey<Uri>[])[OtlpKeys.Metrics, OtlpKeys.Traces])
        {
            Uri url = settings.Get(key);
            if (settings.Get(OtlpKeys.Protocol) == OtlpProtocol.Grpc && url != OtlpKeys.None && url.PathAndQuery != "/")
            {
                report(key.Path, $"\"{url.OriginalString}\" has a path, and otlp.protocol is grpc; expected none");
            }
        }
    }

    private static void CheckTls(RelaySettings settings, Action<string, string> report)
    {
        bool needs = settings.Listeners.Any(
            static l => (l.Get(ListenerKeys.Modifiers) & ListenerModifiers.ImplicitTls) != 0);
        if (needs && settings.Get(TlsKeys.Certificates).Files.Count == 0)
        {
            report(TlsKeys.Certificates.Path, "a listener with the modifier s has no certificate to show");
        }

        if (settings.Get(TlsKeys.DeliveryLevel) == TlsLevel.Fingerprint)
        {
            report(
                TlsKeys.DeliveryLevel.Path,
                $"a fingerprint is that of one host; expected one in {TlsKeys.DeliveryPolicies.Path}");
        }

        CheckSuites(settings, TlsKeys.CipherSuites, TlsKeys.MinimumVersion, report);
        CheckSuites(settings, TlsKeys.DeliveryCipherSuites, TlsKeys.DeliveryMinimumVersion, report);
    }

    private static void CheckSuites(
        RelaySettings settings,
        OptionKey<CipherSuitesSetting> suites,
        OptionKey<TlsMinimumVersion> minimum,
        Action<string, string> report)
    {
        if (!TlsCipherSuites.Allow(settings.Get(minimum), settings.Get(suites).Suites))
        {
            report(suites.Path, $"none of them is of TLS 1.3, which {minimum.Path} asks for");
        }
    }

    /// <summary>An open relay is found by spammers within hours; nobody gets one by a slip.</summary>
    private static void CheckPromiscuous(RelaySettings settings, Action<string, string> report)
    {
        if (settings.Get(AccessKeys.Promiscuous) != PromiscuousRelay.Loopback)
        {
            return;
        }

        foreach (EndPoint endPoint in settings.Listeners.Select(static l => l.Get(ListenerKeys.Endpoint)))
        {
            if (endPoint is IPEndPoint { Address: var address } && !IPAddress.IsLoopback(address))
            {
                report(
                    AccessKeys.Promiscuous.Path,
                    $"the listener on {OptionFormats.EndPoint.Write(endPoint)} would be an open relay for the world");
            }
        }
    }
}
