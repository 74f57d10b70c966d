using System.Text.Json;

namespace Relay.Host.Options;

/// <inheritdoc cref="OptionKey"/>
/// <typeparam name="T">The type of its values.</typeparam>
internal sealed class OptionKey<T>(string path, OptionFormat<T> format, T defaultValue, string description)
    : OptionKey(path, description)
    where T : notnull
{
    public T Default { get; } = defaultValue;

    /// <summary>Replaces the written default in the documentation where it is computed.</summary>
    public string? DefaultSentence { get; init; }

    public override bool TakesList => format.Allows(JsonTokenType.StartArray);

    public override string Expected => format.Expected;

    public override string DefaultText => DefaultSentence ?? format.Write(Default);

    public override object? Read(string text, JsonTokenType token) =>
        format.Allows(token) && format.Parse(text, out T value) ? value : null;
}
