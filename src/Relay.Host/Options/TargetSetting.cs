using Relay.Tables.Mailer;

namespace Relay.Host.Options;

/// <summary>Where mail goes, as configured; <see cref="None"/> for none.</summary>
internal sealed record TargetSetting(string Text, MailerTarget? Target)
{
    public static TargetSetting None { get; } = new(string.Empty, null);

    public bool Equals(TargetSetting? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);
}
