namespace Relay.EndToEnd.Tests.Rules;

/// <summary>A virtusertable with each form of key and value; mailboxes are at h1, all else at h5.</summary>
public sealed class VirtualUserWorld : RouteWorld
{
    private protected override Task ServeAsync()
    {
        World.Table("local-host-names", "shop.example other.example loop.example\n");
        World.Table("aliases", "webmasters: one@w.test, two@w.test\ninfo: fallback@w.test\n");
        World.Table("virtusertable", """
            webmaster@shop.example   webmasters
            user+tag@shop.example    exact@w.test
            user++@shop.example      some-%2@w.test
            user+*@shop.example      any-%1@w.test
            user@shop.example        plain@w.test
            detail+*@shop.example    box%3@w.test
            again@shop.example       user+tag@shop.example
            sales@other.example      sales@w.test
            ++@other.example         some-detail@w.test
            +*@other.example         empty-detail@w.test
            @other.example           %1@w.test
            text@shop.example        error:nouser User unknown
            code@shop.example        error:nouser 550 No such user here
            status@shop.example      error:5.7.1:550 go away
            a@loop.example           b@loop.example
            b@loop.example           a@loop.example
            v@virtual.example        v@w.test
            @sub.virtual.example     sub@w.test
            nobody@nowhere.example   never@w.test

            """);
        return World.ServeAsync(
            HostName, "smartHost=[h5.test]", $"routes.localDelivery=smtp:[h1.test]:{World.MailPort}",
            "tables.virtUserDomains=virtual.example");
    }
}
