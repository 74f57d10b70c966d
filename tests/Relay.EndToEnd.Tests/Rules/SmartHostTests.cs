using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// SMART_HOST in its forms and FallbackSmartHost (Sendmail: cf/README, SMART_HOST, confFALLBACK_SMARTHOST).
/// </summary>
public sealed class SmartHostTests : IAsyncDisposable
{
    private readonly SeedWorld _world = new();

    public SmartHostTests() => _world.Names.Add(
        "first.test A 127.0.0.71", "second.test A 127.0.0.72", "direct.example MX 10 second.test",
        "down.example MX 10 dead.test", "dead.test A 127.0.0.79", "farm.test MX 10 second.test",
        "farm.test A 127.0.0.71");

    [Theory]
    [InlineData("DS[127.0.0.72]", 72)]
    [InlineData("DSesmtp:first.test", 71)]
    [InlineData("DSrelay:[second.test]", 72)]
    [InlineData("DSfarm.test", 72)]
    [InlineData("DS[farm.test]", 71)]
    [InlineData("DS[dead.test]:[second.test]", 72)]
    public async Task Each_form_of_DS_sends_all_mail_to_its_host(string definition, int host)
    {
        ScriptedMailExchanger[] hosts = [_world.Host("127.0.0.71"), _world.Host("127.0.0.72")];
        await _world.ServeImportedAsync(
            "sendmail.cf", $"V10/Berkeley\n{definition}\nO DaemonPortOptions=Port=smtp, Name=MTA\n", "relay.example");
        await _world.SendAsync("127.0.0.1", "a@direct.example", "b@[192.0.2.1]");
        Assert.Equal(
            ["a@direct.example", "b@[192.0.2.1]"], await _world.RecipientsAtAsync(hosts[host - 71], 2));
    }

    [Fact]
    public async Task What_mailertable_names_does_not_go_there_and_the_smart_host_may_have_a_port()
    {
        ScriptedMailExchanger first = _world.Host("127.0.0.71");
        ScriptedMailExchanger second = _world.Host("127.0.0.72");
        _world.Table("mailertable", $"table.example smtp:[second.test]:{_world.MailPort}\n");
        await _world.ServeAsync("relay.example", $"smartHost=first.test:{_world.MailPort}", "routes.port=1");
        await _world.SendAsync("127.0.0.1", "a@direct.example", "b@table.example");
        Assert.Equal(["a@direct.example"], await _world.RecipientsAtAsync(first, 1));
        Assert.Equal(["b@table.example"], await _world.RecipientsAtAsync(second, 1));
    }

    [Fact]
    public async Task A_smart_host_that_is_ourselves_is_ignored()
    {
        ScriptedMailExchanger second = _world.Host("127.0.0.72");
        await _world.ServeAsync("relay.example", "smartHost=relay.example");
        await _world.SendAsync("127.0.0.1", "a@direct.example");
        Assert.Equal(["a@direct.example"], await _world.RecipientsAtAsync(second, 1));
    }

    [Fact]
    public async Task FallbackSmartHost_is_tried_when_all_hosts_of_the_domain_have_failed()
    {
        ScriptedMailExchanger first = _world.Host("127.0.0.71");
        ScriptedMailExchanger second = _world.Host("127.0.0.72");
        await _world.ServeAsync("relay.example", "routes.fallbackSmartHost=[first.test]");
        await _world.SendAsync("127.0.0.1", "a@down.example", "b@direct.example");
        Assert.Equal(["a@down.example"], await _world.RecipientsAtAsync(first, 1));
        Assert.Equal(["b@direct.example"], await _world.RecipientsAtAsync(second, 1));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
