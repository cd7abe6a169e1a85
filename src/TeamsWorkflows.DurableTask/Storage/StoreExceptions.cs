namespace TeamsWorkflows.DurableTask.Storage;

/// <summary>Another process owns the partition. The message says which file or lease, and what to do.</summary>
public sealed class PartitionOwnedException(string message, Exception? innerException = null) : IOException(message, innerException);

/// <summary>Another process has taken partitions over: the transaction was refused whole. The message names them.</summary>
/// <param name="partitions">The partitions that this process must not touch any more.</param>
public sealed class PartitionLostException(string message, IReadOnlyList<int> partitions, Exception? innerException = null)
    : IOException(message, innerException)
{
    public IReadOnlyList<int> Partitions => partitions;
}

/// <summary>A newer release wrote the store, and this one must not touch it. The message names both versions.</summary>
public sealed class IncompatibleStoreException(string message) : Exception(message);

/// <summary>What is stored is damaged: a checksum, or the database itself, says so. The message says where and what to do.</summary>
public sealed class CorruptStoreException(string message, Exception? innerException = null) : IOException(message, innerException);
