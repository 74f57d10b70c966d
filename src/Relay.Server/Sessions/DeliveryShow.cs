using System.IO.Pipelines;
using System.Text;
using Relay.Server.Policies;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>
/// The delivery that a verbose session shows before the answer to its message. The message is durable already; who does
/// not want to wait may go.
/// </summary>
internal sealed class DeliveryShow(IDeliveryWatch watch) : IDisposable
{
    /// <summary>The queue id as the answer prints it.</summary>
    public byte[] PrintedId { get; set; } = [];

    /// <summary>Writes the dialogue as it happens, then the answer.</summary>
    /// <returns>False if the client is gone.</returns>
    public async ValueTask<bool> RunAsync(PipeWriter output)
    {
        bool isThere = true;
        while (isThere && await watch.NextAsync() is { } line)
        {
            ReplyWriter.WriteLine(output, Encoding.UTF8.GetBytes($"050 {line}"));
            isThere = !(await output.FlushAsync()).IsCompleted;
        }

        ReplyWriter.Insert(output, Replies.MessageAccepted, PrintedId);
        return isThere;
    }

    public void Dispose() => watch.Dispose();
}
