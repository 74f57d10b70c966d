using System.Text;
using Relay.Sasl;

namespace Relay.Host.Options;

/// <summary>The kinds of values that only options of authentication take.</summary>
internal static class AuthFormats
{
    public static OptionFormat<SaslMechanisms> Mechanisms { get; } = new(
        $"names of {MechanismNames.Write(SaslMechanisms.All)}",
        static (string t, out SaslMechanisms v) =>
        {
            v = SaslMechanisms.None;
            foreach (string word in WordsSetting.Of(t).Words)
            {
                SaslMechanisms one = MechanismNames.Parse(Encoding.UTF8.GetBytes(word));
                if (one == SaslMechanisms.None)
                {
                    return false;
                }

                v |= one;
            }

            return true;
        },
        MechanismNames.Write,
        JsonTokens.String | JsonTokens.List);
}
