using Relay.Host.Submission;
using Relay.Queue;

namespace Relay.Host.Admin;

/// <summary>
/// What every user may ask: <c>mailq</c>, unless the administrator keeps it to himself (Sendmail: restrictmailq).
/// </summary>
internal sealed class MailqCommands(MailqReport report, Func<bool> isRestricted) : IAdminCommands
{
    public async ValueTask<string?> RunAsync(
        string request, uint? user, AdminResponse response, CancellationToken cancellation)
    {
        string[] words = request.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["mailq", ..])
        {
            return "only mailq is answered here";
        }

        if (isRestricted() && user != 0 && user != SystemCalls.EffectiveUserId)
        {
            return "You are not permitted to see the queue";
        }

        try
        {
            return await report.WriteAsync(words[1..], response, cancellation);
        }
        catch (MailQueueException exception)
        {
            return exception.Message.ReplaceLineEndings(" ");
        }
    }
}
