namespace Relay.Server.Greetings;

/// <summary>A piece of a compiled text: a literal, a macro's value, or a jump.</summary>
/// <param name="Literal">Not null: these octets.</param>
/// <param name="Macro">Its value; for a jump, the condition.</param>
/// <param name="Jump">
/// 0: no jump. Positive: where it goes on if the macro has no value. Negative: it goes on at the complement.
/// </param>
internal readonly record struct MacroToken(byte[]? Literal, Macro Macro, int Jump)
{
    public static MacroToken Of(byte[] literal) => new(literal, Macro.Empty, 0);

    public static MacroToken Of(Macro macro) => new(null, macro, 0);

    public static MacroToken JumpUnless(Macro macro, int target) => new(null, macro, target);

    public static MacroToken JumpTo(int target) => new(null, Macro.Empty, ~target);
}
