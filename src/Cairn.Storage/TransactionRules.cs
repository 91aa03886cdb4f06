using System.Text;

namespace Cairn.Storage;

/// <summary>What every engine checks of its arguments before it sends anything.</summary>
public static class TransactionRules
{
    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>The bytes of all keys and values of a transaction that keeps the contract and the limits.</summary>
    /// <exception cref="ArgumentException">It has no write, writes a key twice, or has a key that is empty or not
    /// valid Unicode.</exception>
    /// <exception cref="TransactionTooLargeException">It exceeds <paramref name="limits"/>; the message says which one,
    /// and where.</exception>
    public static int Check(Transaction transaction, StoreLimits limits)
    {
        var (conditions, writes) = (transaction.Conditions, transaction.Writes);
        if (writes.Count == 0)
            throw new ArgumentException("A transaction needs at least one write.", nameof(transaction));
        int operations = conditions.Count + writes.Count;
        if (operations > limits.MaxOperations)
        {
            throw new TransactionTooLargeException(
                $"The transaction has {operations} conditions and writes; this store takes "
                    + $"{limits.MaxOperations} at most."
            );
        }

        long bytes = 0;
        foreach (var condition in conditions)
            bytes += CheckKey(condition.Key, limits);
        var keys = writes.Count > 1 ? new HashSet<string>(writes.Count, StringComparer.Ordinal) : null;
        foreach (var write in writes)
        {
            bytes += CheckKey(write.Key, limits);
            if (keys is not null && !keys.Add(write.Key))
            {
                throw new ArgumentException(
                    $"The transaction writes '{write.Key}' more than once.",
                    nameof(transaction)
                );
            }

            if (write is not Write.Put put)
                continue;
            if (put.Value.Length > limits.MaxValueBytes)
            {
                throw new TransactionTooLargeException(
                    $"The value of '{put.Key}' has {put.Value.Length} bytes; this store takes "
                        + $"{limits.MaxValueBytes} at most."
                );
            }

            bytes += put.Value.Length;
        }

        return bytes <= limits.MaxTransactionBytes
            ? (int)bytes
            : throw new TransactionTooLargeException(
                $"The transaction has {bytes} bytes; this store takes {limits.MaxTransactionBytes} at most."
            );
    }

    /// <summary>Refuses text that has no UTF-8 form (a lone surrogate), which a prefix may not hold either.</summary>
    /// <exception cref="ArgumentException">It is not valid Unicode.</exception>
    public static int CheckUnicode(string text)
    {
        try
        {
            return StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException(
                $"A key or prefix is not valid Unicode at UTF-16 index {e.Index}.",
                nameof(text),
                e
            );
        }
    }

    private static int CheckKey(string key, StoreLimits limits)
    {
        int bytes = CheckUnicode(key);
        if (bytes == 0)
            throw new ArgumentException("A key may not be empty.", nameof(key));
        return bytes <= limits.MaxKeyBytes
            ? bytes
            : throw new TransactionTooLargeException(
                $"The key starting with '{key[..Math.Min(key.Length, 40)]}' has {bytes} bytes; this store takes "
                    + $"{limits.MaxKeyBytes} at most."
            );
    }
}
