using Relay.Server.Listening;

namespace Relay.Server.Tests.Listening;

public sealed class DescriptorLimitTests
{
    [Theory]
    [InlineData(256, 1)]
    [InlineData(1024, 512)]
    [InlineData(65536, 49152)]
    [InlineData(1L << 40, int.MaxValue)]
    public void Connections_leave_descriptors_for_the_rest_of_the_program(long limit, int room) =>
        Assert.Equal(room, DescriptorLimit.RoomIn(limit));

    [Fact]
    public void The_limit_of_this_process_is_known() =>
        Assert.InRange(DescriptorLimit.ConnectionsRoom, 1, int.MaxValue - 1);
}
