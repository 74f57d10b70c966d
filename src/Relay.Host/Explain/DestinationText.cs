using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Relay.Delivery;
using Relay.Delivery.Rules;
using Relay.Host.Commands;
using Relay.Host.Options;
using Relay.Routing.Routes;

namespace Relay.Host.Explain;

/// <summary>Prints what holds for a destination.</summary>
internal static class DestinationText
{
    private const string Otherwise =
        "otherwise: 421, and a refusal at the start of a session, slow down; so do five other temporary refusals in a "
        + "row that are not about a mailbox";

    public static void Print(TextWriter output, DestinationExplanation explanation)
    {
        Route route = explanation.Destination;
        if (IsUnsent(route))
        {
            output.WriteLine(Printable.Of($"{explanation.RouteName} is no destination: {route.Kind} {route.Text}"));
            return;
        }

        output.WriteLine(Printable.Of(route.Name));
        if (explanation.RouteName != route.Name)
        {
            Line(output, "route", explanation.RouteName);
        }

        if (explanation.Problem.Length > 0)
        {
            Line(output, "hosts", $"not known, so no rule for mail hosts is shown: {explanation.Problem}");
        }

        foreach (NextHop host in route.Hosts)
        {
            Line(output, "host", $"{host.Host}:{host.Port}, preference {host.Preference}");
        }

        foreach ((string name, string value, string origin) in explanation.Limits.Explanation)
        {
            Line(output, name, $"{value}  ({origin})");
        }

        output.WriteLine("refusals, of which the first rule that matches counts:");
        foreach (ReplyRule rule in explanation.ReplyRules)
        {
            output.WriteLine(Printable.Of(
                $"  {DestinationFormats.WriteCondition(rule)} => {DestinationFormats.WriteAction(rule)}  "
                + $"({rule.Origin})"));
            if (rule.Note.Length > 0)
            {
                output.WriteLine(Printable.Of($"      {rule.Note}"));
            }
        }

        output.WriteLine($"  {Otherwise}");
    }

    public static void PrintJson(TextWriter output, DestinationExplanation explanation)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, explanation);
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static bool IsUnsent(Route route) => route.Kind is not (RouteKind.Smtp or RouteKind.Lmtp);

    private static void Line(TextWriter output, string name, string text) =>
        output.WriteLine(Printable.Of($"  {name,-24} {text}"));

    private static void Write(Utf8JsonWriter json, DestinationExplanation explanation)
    {
        Route route = explanation.Destination;
        json.WriteStartObject();
        json.WriteString("destination", route.Name);
        json.WriteString("route", explanation.RouteName);
        json.WriteString("kind", route.Kind.ToString().ToLowerInvariant());
        json.WriteString("problem", IsUnsent(route) ? route.Text : explanation.Problem);
        json.WriteStartArray("hosts");
        foreach (NextHop host in route.Hosts)
        {
            json.WriteStartObject();
            json.WriteString("host", host.Host);
            json.WriteNumber("port", host.Port);
            json.WriteNumber("preference", host.Preference);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("limits");
        foreach ((string name, string value, string origin) in explanation.Limits.Explanation)
        {
            json.WriteStartObject();
            json.WriteString("limit", name);
            json.WriteString("value", value);
            json.WriteString("place", origin);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("replyRules");
        foreach (ReplyRule rule in explanation.ReplyRules)
        {
            json.WriteStartObject();
            json.WriteString("matches", DestinationFormats.WriteCondition(rule));
            json.WriteString("action", DestinationFormats.WriteAction(rule));
            json.WriteString("place", rule.Origin);
            json.WriteString("note", rule.Note);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
