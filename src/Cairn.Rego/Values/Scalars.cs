namespace Cairn.Rego.Values;

/// <summary>Rego's <c>null</c>.</summary>
public sealed class RegoNull : RegoValue
{
    private RegoNull() { }

    /// <summary>The only null.</summary>
    public static RegoNull Instance { get; } = new();

    /// <inheritdoc/>
    public override RegoKind Kind => RegoKind.Null;

    /// <inheritdoc/>
    public override bool Equals(RegoValue? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => 0x6e756c6c;

    private protected override int CompareSameKind(RegoValue other) => 0;
}

/// <summary><c>true</c> or <c>false</c>; there is one object for each, so they may be compared by reference.</summary>
public sealed class RegoBoolean : RegoValue
{
    private RegoBoolean(bool value) => Value = value;

    /// <summary><c>true</c>.</summary>
    public static RegoBoolean True { get; } = new(true);

    /// <summary><c>false</c>.</summary>
    public static RegoBoolean False { get; } = new(false);

    /// <summary>The value.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override RegoKind Kind => RegoKind.Boolean;

    /// <summary>One of the two values.</summary>
    public static RegoBoolean Of(bool value) => value ? True : False;

    /// <inheritdoc/>
    public override bool Equals(RegoValue? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value ? 1231 : 1237;

    private protected override int CompareSameKind(RegoValue other) => Value.CompareTo(((RegoBoolean)other).Value);
}

/// <summary>Text. The order is that of the UTF-8 bytes, hence of the code points.</summary>
public sealed class RegoString : RegoValue
{
    private int _hash;

    private RegoString(string value) => Value = value;

    /// <summary>The empty text.</summary>
    public static RegoString Empty { get; } = new("");

    /// <summary>The text.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override RegoKind Kind => RegoKind.String;

    /// <summary>A string of this text.</summary>
    public static RegoString Of(string value) => value.Length == 0 ? Empty : new RegoString(value);

    /// <inheritdoc/>
    public override bool Equals(RegoValue? other) =>
        ReferenceEquals(this, other)
        || (other is RegoString s && GetHashCode() == s.GetHashCode() && string.Equals(Value, s.Value));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
            _hash = Value.GetHashCode() | 1;
        return _hash;
    }

    private protected override int CompareSameKind(RegoValue other) => Compare(Value, ((RegoString)other).Value);

    /// <summary>Compares by code points. UTF-16 order differs from it only where a surrogate meets U+E000 or
    /// above.</summary>
    internal static int Compare(string a, string b)
    {
        int common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length - b.Length;
        char x = a[common],
            y = b[common];
        bool xs = char.IsSurrogate(x),
            ys = char.IsSurrogate(y);
        return xs == ys ? x - y
            : xs && y >= 0xE000 ? 1
            : ys && x >= 0xE000 ? -1
            : x - y;
    }
}
