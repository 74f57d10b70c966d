namespace Relay.EndToEnd.Tests.Rules;

/// <summary>A mailertable with each form of key and value; everything else goes to the smart host h5.</summary>
public sealed class MailertableWorld : RouteWorld
{
    private protected override Task ServeAsync()
    {
        World.Names.Add(
            "farm.test MX 10 h3.test", "farm.test A 127.0.0.71", "by-mx.example MX 10 h1.test",
            $"pc.my.test A {Address(4)}", "dead.test A 127.0.0.79");
        World.Table("local-host-names", "ours.example\n");
        World.Table("virtusertable", "v@ours.example v@exact.example\n");
        World.Table("aliases", "fred: fred@exact.example\njoe: joe@esmtp.example\n");
        World.Table("mailertable", $"""
            exact.example         smtp:[h1.test]
            .exact.example        smtp:[h2.test]
            a.walk.example        smtp:[h1.test]
            .walk.example         smtp:[h2.test]
            esmtp.example         esmtp:[h3.test]
            relay-mailer.example  relay:[h4.test]
            plain.example         h2.test
            mx.example            smtp:farm.test
            a-only.example        smtp:[farm.test]
            literal.example       smtp:[{Address(4)}]
            port.example          smtp:[h2.test]:{World.MailPort}
            user.example          smtp:boss@h3.test
            .my.example           smtp:%1.my.test
            order.example         smtp:[dead.test]:[h3.test]
            equal.example         smtp:[dead.test],[h4.test]
            local.example         local:
            named.example         local:joe
            own.example           smtp:relay.example
            ours.example          smtp:[h4.test]
            code.example          error:5.1.1:550 Nobody here
            word.example          error:nohost:No such host
            text.example          error:no mail here
            later.example         error:tempfail:come again
            drop.example          discard:
            Upper.Example         smtp:[h1.test]

            """);
        return World.ServeAsync(HostName, "smartHost=[h5.test]");
    }
}
