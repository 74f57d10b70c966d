namespace Relay.Host.Options;

/// <summary>A value with the text that it was read from; equal if the texts are.</summary>
internal sealed record WrittenSetting<T>(string Text, T Value)
{
    public bool Equals(WrittenSetting<T>? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);
}
