using Relay.Host.Import;
using Relay.Host.Options;

namespace Relay.Host.Tests.Import;

/// <summary>Sendmail's times of a message's life, of each class, in a sendmail.mc and in a sendmail.cf.</summary>
public sealed class LifeImportTests
{
    private static readonly string[] _lifetimes =
        ["retry.lifetime", "retry.urgentLifetime", "retry.nonUrgentLifetime", "retry.notificationLifetime"];

    private static readonly string[] _warnings = ["retry.warning", "retry.urgentWarning", "retry.nonUrgentWarning"];

    [Theory]
    [InlineData("QUEUERETURN_NORMAL", "queuereturn.normal", "3", "retry.lifetime", "3d")]
    [InlineData("QUEUERETURN_URGENT", "queuereturn.urgent", "36h", "retry.urgentLifetime", "36h")]
    [InlineData("QUEUERETURN_NONURGENT", "queuereturn.non-urgent", "2w", "retry.nonUrgentLifetime", "14d")]
    [InlineData("QUEUERETURN_DSN", "queuereturn.dsn", "4d", "retry.notificationLifetime", "4d")]
    [InlineData("QUEUEWARN_NORMAL", "queuewarn.normal", "6", "retry.warning", "6h")]
    [InlineData("QUEUEWARN_URGENT", "queuewarn.urgent", "30m", "retry.urgentWarning", "30m")]
    [InlineData("QUEUEWARN_NONURGENT", "queuewarn.non-urgent", "1d", "retry.nonUrgentWarning", "24h")]
    public void A_class_of_its_own_sets_its_key_and_no_other(
        string macro, string option, string value, string key, string expected)
    {
        foreach (string text in (string[])[Macro(macro, value), Option(option, value)])
        {
            Dictionary<string, string> values = ImportFixture.Values(text);
            Assert.Equal(Length(expected), Length(values[key]));
            Assert.DoesNotContain(_lifetimes.Concat(_warnings), other => other != key && values.ContainsKey(other));
            Assert.Empty(ImportFixture.Refused(text));
        }
    }

    [Theory]
    [InlineData("QUEUERETURN", "queuereturn", "7", "7d")]
    [InlineData("QUEUERETURN", "queuereturn", "12h", "12h")]
    [InlineData("QUEUEWARN", "queuewarn", "5", "5h")]
    [InlineData("QUEUEWARN", "queuewarn", "2d", "48h")]
    public void The_general_form_sets_every_class(string macro, string option, string value, string expected)
    {
        string[] keys = option == "queuewarn" ? _warnings : _lifetimes;
        foreach (string text in (string[])[Macro(macro, value), Option(option, value)])
        {
            Dictionary<string, string> values = ImportFixture.Values(text);
            Assert.All(keys, key => Assert.Equal(Length(expected), Length(values[key])));
        }
    }

    [Fact]
    public void A_class_of_its_own_counts_whether_the_general_form_stands_before_or_behind_it()
    {
        string general = Macro("QUEUERETURN", "5");
        string urgent = Macro("QUEUERETURN_URGENT", "1");
        foreach (string text in (string[])[general + urgent, urgent + general])
        {
            Dictionary<string, string> values = ImportFixture.Values(text);
            Assert.Equal(["5d", "1d", "5d", "5d"], _lifetimes.Select(key => values[key]));
        }
    }

    [Theory]
    [InlineData("QUEUEWARN_DSN", "queuewarn.dsn")]
    public void Nobody_is_told_that_a_notification_is_late_so_its_warning_is_said_to_mean_nothing(
        string macro, string option)
    {
        foreach (string text in (string[])[Macro(macro, "3h"), Option(option, "3h")])
        {
            Assert.DoesNotContain(_warnings, ImportFixture.Values(text).ContainsKey);
            Assert.Empty(ImportFixture.Refused(text));
        }
    }

    [Theory]
    [InlineData("QUEUERETURN", "queuereturn")]
    [InlineData("QUEUERETURN_DSN", "queuereturn.dsn")]
    [InlineData("QUEUEWARN", "queuewarn")]
    [InlineData("QUEUEWARN_URGENT", "queuewarn.urgent")]
    public void What_is_no_time_is_refused_with_its_line(string macro, string option)
    {
        foreach (string text in (string[])[Macro(macro, "soon"), Option(option, "soon")])
        {
            Assert.Contains("soon", Assert.Single(ImportFixture.Refused(text)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_was_imported_is_what_a_start_reads()
    {
        string text = Macro("QUEUERETURN", "4") + Macro("QUEUERETURN_URGENT", "1") + Macro("QUEUEWARN", "2")
            + Macro("QUEUEWARN_NONURGENT", "8");
        using var fixture = new ImportFixture();
        RelaySettings settings = fixture.Load(RelayFileWriter.Write("x", SendmailImporter.Import(text)));
        Assert.Equal(TimeSpan.FromDays(4), settings.Get(RetryKeys.Lifetime));
        Assert.Equal(TimeSpan.FromDays(1), settings.Get(RetryKeys.UrgentLifetime));
        Assert.Equal(TimeSpan.FromDays(4), settings.Get(RetryKeys.NotificationLifetime));
        Assert.Equal(TimeSpan.FromHours(2), settings.Get(RetryKeys.UrgentWarning));
        Assert.Equal(TimeSpan.FromHours(8), settings.Get(RetryKeys.NonUrgentWarning));
    }

    private static string Macro(string name, string value) => $"define(`confTO_{name}', `{value}')dnl\n";

    private static string Option(string name, string value) => $"V10/Berkeley\nO Timeout.{name}={value}\n";

    private static TimeSpan Length(string text) => TimeSpan.FromMinutes(
        int.Parse(text[..^1]) * text[^1] switch { 'w' => 10080, 'd' => 1440, 'h' => 60, _ => 1 });
}
