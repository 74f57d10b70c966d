using FsCheck;
using FsCheck.Fluent;

namespace Relay.Smtp.Tests;

/// <summary>Property tests with FsCheck; a failure prints the seed that repeats it.</summary>
internal static class Properties
{
    /// <summary>Checks the property on octets made of the given ones, mostly, and of any.</summary>
    public static void ForAll(string likelyOctets, int cases, Action<byte[]> property)
    {
        byte[] likely = Octets.Of(likelyOctets);
        Gen<byte> octet = Gen.Frequency(
            (8, Gen.Elements(likely)),
            (1, Gen.Choose(0, 255).Select(value => (byte)value)));
        Gen<byte[]> octets = Gen.Sized(size => Gen.Choose(0, size * 3).SelectMany(length => octet.ArrayOf(length)));
        Prop.ForAll(octets.ToArbitrary(), property)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(cases).WithEndSize(100));
    }
}
