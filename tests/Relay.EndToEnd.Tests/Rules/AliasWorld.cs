namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Aliases with each form of member; mailboxes are at h1, all else at h5.</summary>
public sealed class AliasWorld : RouteWorld
{
    private protected override Task ServeAsync()
    {
        World.Table("local-host-names", "mine.example\n");
        World.Table("members", "# the members\none@w.test, two@w.test\nthree@w.test\n");
        string chain = string.Join('\n', Enumerable.Range(0, 12).Select(static i => $"n{i}: n{i + 1}"));
        World.Table("aliases", $"""
            single: s@w.test
            # a comment
            pair: p1@w.test,p2@w.test, p1@W.test
            folded: f1@w.test,
               f2@w.test
            nested: pair, single, s@w.test
            root+cron: cron@w.test
            root+*: rest@w.test
            root: root@w.test
            selfish: selfish, copy@w.test
            kept: \kept
            team: t@w.test
            owner-team: boss@w.test
            band: b@w.test
            owner-band: boss1@w.test, boss2@w.test
            included: :include:{World.Mail}/members
            quoted: ":include: {World.Mail}/members"
            missing: :include:{World.Mail}/nothing
            prog: "|/usr/bin/vacation"
            file: /var/mail/x
            gone: error:5.1.6:550 moved away
            full@mine.example: full@w.test
            full: wrong@w.test
            a: b
            b: a
            {chain}

            """);
        return World.ServeAsync(
            HostName, "smartHost=[h5.test]", $"routes.localDelivery=smtp:[h1.test]:{World.MailPort}");
    }
}
