namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// A configuration and the questions asked of it: a folder with the tables of <c>/etc/mail</c>, the features as
/// <c>features.mc</c> for Sendmail and <c>relay.json</c> for the relay, <c>questions</c>, and in <c>answers</c> what
/// Debian's Sendmail 8.17.1.9 said. Immutable.
/// </summary>
internal sealed class Scenario
{
    private Scenario(string name)
    {
        Name = name;
        Folder = Path.Combine(Root, name);
        Questions = ReadQuestions(Path.Combine(Folder, "questions"));
    }

    /// <summary>The folder of all scenarios; what they share, such as the DNS's contents, lies in it.</summary>
    public static string Root { get; } =
        Path.Combine(Tool.Repository, "tests/Relay.EndToEnd.Tests/Differential/Scenarios");

    /// <summary>The tables that are maps (built by makemap for Sendmail).</summary>
    public static IReadOnlyList<string> Maps { get; } =
        ["access", "mailertable", "virtusertable", "domaintable", "genericstable"];

    /// <summary>The files that are lists of words.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["local-host-names", "relay-domains"];

    public string Name { get; }

    public string Folder { get; }

    /// <summary>In the order of the file; none twice.</summary>
    public IReadOnlyList<Question> Questions { get; }

    public string AnswersPath => Path.Combine(Folder, "answers");

    public static IEnumerable<string> Names() =>
        Directory.GetDirectories(Root).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal);

    public static Scenario Load(string name) => new(name);

    /// <summary>
    /// The text of one of the scenario's files, empty if it has none; <c>DIR</c> in it becomes
    /// <paramref name="folder"/>, by which the program that reads it knows the scenario's folder.
    /// </summary>
    public string Read(string file, string folder = "DIR")
    {
        string path = Path.Combine(Folder, file);
        string text = File.Exists(path) ? File.ReadAllText(path) : string.Empty;
        return text.Replace("DIR", folder, StringComparison.Ordinal);
    }

    /// <summary>Writes all tables, empty ones for those that the scenario lacks.</summary>
    /// <param name="folder">As for <see cref="Read"/>.</param>
    /// <param name="withRefusedLines">
    /// With what lies in <c>TABLE.refused</c>: lines that Sendmail gives some meaning and the relay refuses to load.
    /// </param>
    public void CopyTables(string target, string folder, bool withRefusedLines)
    {
        foreach (string name in (IEnumerable<string>)[.. Maps, .. Classes, "aliases", "members"])
        {
            string refused = withRefusedLines ? Read(name + ".refused", folder) : string.Empty;
            File.WriteAllText(Path.Combine(target, name), Read(name, folder) + refused);
        }
    }

    /// <summary>
    /// <c>client A…</c>, <c>helo NAME</c> and <c>mail PATH…</c> set what holds from there on; each <c>rcpt PATH</c>
    /// asks one question for every client and every sender in force.
    /// </summary>
    private static List<Question> ReadQuestions(string path)
    {
        string[] clients = [], senders = [];
        string helo = "client.example";
        var questions = new List<Question>();
        var seen = new HashSet<Question>();
        foreach (string line in File.ReadAllLines(path))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            string[] parts = line.Split(' ', 2);
            switch (parts[0])
            {
                case "client":
                    clients = parts[1].Split(' ');
                    break;
                case "helo":
                    helo = parts[1];
                    break;
                case "mail":
                    senders = parts[1].Split(' ');
                    break;
                case "rcpt":
                    questions.AddRange(
                        from client in clients
                        from sender in senders
                        let question = new Question(client, helo, sender, parts[1])
                        where seen.Add(question)
                        select question);
                    break;
                default:
                    throw new InvalidDataException($"{path}: found \"{line}\", expected client, helo, mail or rcpt");
            }
        }

        return questions;
    }
}
