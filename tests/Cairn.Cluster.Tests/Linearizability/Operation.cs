namespace Cairn.Cluster.Tests.Linearizability;

/// <summary>What a client asked of one register, and what came of it.</summary>
/// <param name="Kind">What was asked.</param>
/// <param name="Value">Written, or read.</param>
/// <param name="Expected">The version a <see cref="OperationKind.Replace"/> was on condition of.</param>
/// <param name="Version">That the write made, or the read found; 0 when there is none, or it is not known.</param>
/// <param name="Invoked">When it was asked.</param>
/// <param name="Returned">When it was answered; <see cref="long.MaxValue"/> when nobody knows whether it was
/// done.</param>
public sealed record Operation(OperationKind Kind, int Value, long Expected, long Version, long Invoked, long Returned)
{
    /// <summary>Whether it was answered.</summary>
    public bool IsKnown => Returned != long.MaxValue;

    /// <summary>What the register is after it; null when it cannot have happened in that state with that
    /// answer.</summary>
    public Register? Apply(Register register) =>
        Kind switch
        {
            OperationKind.Read => register == new Register(Version, Value) ? register : null,
            OperationKind.Refused => register.Version != Expected ? register : null,
            OperationKind.Replace when register.Version != Expected => null,
            _ when IsKnown && Version != register.Version + 1 => null,
            _ => new Register(register.Version + 1, Value),
        };
}

/// <summary>What can be asked of a register.</summary>
public enum OperationKind
{
    /// <summary>A strong read.</summary>
    Read,

    /// <summary>A write, whatever is there.</summary>
    Write,

    /// <summary>A write on condition of a version.</summary>
    Replace,

    /// <summary>Such a write that was refused because another version is there.</summary>
    Refused,
}

/// <summary>A value that counts its writes. Version 0: never written.</summary>
public readonly record struct Register(long Version, int Value);
