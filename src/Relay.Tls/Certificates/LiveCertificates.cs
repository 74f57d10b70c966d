using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls.Certificates;

/// <summary>
/// Certificates that follow their files: <see cref="Check"/> takes up what has changed; what is wrong with a new file
/// is told, and the certificate before it stays in force. Handshakes take <see cref="Current"/> once. Thread-safe.
/// </summary>
internal sealed class LiveCertificates
{
    private readonly TlsFiles _files;
    private readonly bool _asksPeers;
    private readonly Lock _lock = new();

    // Under _lock:
    private readonly LoadedCertificate?[] _loaded;
    private readonly (FileState Certificate, FileState Key)?[] _states;
    private X509Certificate2Collection? _authorities;
    private FileState? _authoritiesState;

    private volatile CertificateSet _current;

    /// <param name="files">What to load.</param>
    /// <param name="asksPeers">Peers are asked for certificates.</param>
    /// <param name="problems">What is wrong with the files: nothing is to be begun with what has problems.</param>
    public LiveCertificates(TlsFiles files, bool asksPeers, out IReadOnlyList<string> problems)
    {
        _files = files;
        _asksPeers = asksPeers;
        _loaded = new LoadedCertificate?[files.Certificates.Count];
        _states = new (FileState, FileState)?[files.Certificates.Count];
        var found = new List<string>();
        Load(found.Add, _ => { });
        problems = found;
        _current = Build();
    }

    public CertificateSet Current => _current;

    /// <summary>Takes up changed files.</summary>
    /// <param name="refused">Told what is wrong with a file whose predecessor stays in force.</param>
    /// <param name="taken">Told which file is in force now.</param>
    public void Check(Action<string> refused, Action<string> taken)
    {
        lock (_lock)
        {
            if (Load(refused, taken))
            {
                _current = Build();
            }
        }
    }

    private bool Load(Action<string> refused, Action<string> taken)
    {
        bool changed = false;
        for (int i = 0; i < _loaded.Length; i++)
        {
            CertificateFiles files = _files.Certificates[i];
            (FileState, FileState) state = (FileState.Of(files.Certificate), FileState.Of(files.Key));
            if (state == _states[i])
            {
                continue;
            }

            _states[i] = state;
            LoadedCertificate? loaded = CertificateReader.Read(files, _files.GroupMayReadKey, out string problem);
            if (loaded is not null)
            {
                _loaded[i] = loaded;
                changed = true;
                taken(files.Certificate);
            }
            else
            {
                refused(problem);
            }
        }

        return LoadAuthorities(refused, taken) || changed;
    }

    private bool LoadAuthorities(Action<string> refused, Action<string> taken)
    {
        if (_files.Authorities is not { } path)
        {
            return false;
        }

        FileState state = FileState.Of(path);
        if (state == _authoritiesState)
        {
            return false;
        }

        _authoritiesState = state;
        X509Certificate2Collection? read = CertificateReader.ReadAuthorities(path, out string problem);
        if (read is null)
        {
            refused(problem);
            return false;
        }

        _authorities = read;
        taken(path);
        return true;
    }

    private CertificateSet Build() => new([.. _loaded.OfType<LoadedCertificate>()], _authorities, _asksPeers);
}
