using Relay.Queue.Journal;

namespace Relay.Queue.Engine;

/// <summary>
/// Opens the journal with every valid record from a place on given to the visitor.
/// </summary>
internal delegate IJournal JournalOpener(IRecordVisitor visitor, JournalPosition replayFrom);
