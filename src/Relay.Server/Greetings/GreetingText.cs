namespace Relay.Server.Greetings;

/// <summary>Checks the text of a greeting where options are read.</summary>
public static class GreetingText
{
    /// <param name="problem">If false: what is wrong, for a message to the user.</param>
    public static bool IsValid(string text, out string problem)
    {
        try
        {
            _ = new GreetingTemplate(text);
            problem = string.Empty;
            return true;
        }
        catch (FormatException exception)
        {
            problem = exception.Message;
            return false;
        }
    }
}
