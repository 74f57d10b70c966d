namespace Relay.Host.Import;

/// <summary>Options whose values need a rule of their own.</summary>
internal static class TextImport
{
    /// <summary>SmtpGreetingMessage; line ends in it make a reply of several lines, here as there.</summary>
    public static void Greeting(ImportReport report, Statement statement) =>
        report.Set(statement, "server.greeting", string.Join(',', statement.Arguments).Trim());

    public static void SingleThread(ImportReport report, Statement statement)
    {
        if (SendmailValues.IsTrue(statement.Argument(0)))
        {
            report.Set(statement, "delivery.connectionsPerDestinationMax", "1");
        }
        else
        {
            report.BuiltIn(statement, "several connections to one next hop are the default");
        }
    }
}
