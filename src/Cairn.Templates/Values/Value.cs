using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Cairn.Templates.Values;

internal enum ValueKind : byte
{
    /// <summary>No value at all: an unset variable slot or an argument that was not given.</summary>
    Missing,
    Undefined,
    None,
    Boolean,
    Integer,
    BigInteger,
    Float,
    String,

    /// <summary>A string that is safe HTML already.</summary>
    Markup,
    List,
    Tuple,
    Mapping,

    /// <summary>Ranges, iterators, views, functions, loops, namespaces, modules.</summary>
    Object,
}

/// <summary>
/// A template's value: small ones (numbers, booleans, none) lie in the struct itself; strings and everything
/// else in the reference. The default is <see cref="ValueKind.Missing"/>.
/// </summary>
internal readonly struct Value
{
    // The tags of values that lie in the struct are types of the runtime: their objects never move, so that compiled
    // code compares with a constant and stores them without telling the garbage collector.
    private static object NoneTag => typeof(void);

    private static object BooleanTag => typeof(bool);

    private static object IntegerTag => typeof(long);

    private static object FloatTag => typeof(double);

    // null (missing), a tag, a string or a HeapValue; nothing else.
    private readonly object? _object;
    private readonly long _bits;

    private Value(object? reference, long bits = 0)
    {
        _object = reference;
        _bits = bits;
    }

    public static Value None => new(NoneTag);

    public static Value True => new(BooleanTag, 1);

    public static Value False => new(BooleanTag);

    public static Value EmptyString => new("");

    public static Value Bool(bool value) => new(BooleanTag, value ? 1 : 0);

    public static Value Int(long value) => new(IntegerTag, value);

    public static Value Int(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Int((long)value) : new Value(new BigIntegerValue(value));

    public static Value Float(double value) => new(FloatTag, BitConverter.DoubleToInt64Bits(value));

    public static Value String(string value) => new(value);

    public static Value Markup(string value) => new(new MarkupValue(value));

    public static Value Of(HeapValue value) => new(value);

    public static implicit operator Value(HeapValue value) => new(value);

    public bool IsMissing => _object is null;

    public ValueKind Kind =>
        _object switch
        {
            null => ValueKind.Missing,
            string => ValueKind.String,
            HeapValue heap => heap.Kind,
            _ => IsSmallInteger ? ValueKind.Integer
            : IsBoolean ? ValueKind.Boolean
            : IsFloat ? ValueKind.Float
            : ValueKind.None,
        };

    public bool IsUndefined => _object is UndefinedValue;

    public bool IsNone => ReferenceEquals(_object, NoneTag);

    public bool IsBoolean => ReferenceEquals(_object, BooleanTag);

    /// <summary>An integer that fits in 64 bits and is not a boolean.</summary>
    public bool IsSmallInteger => ReferenceEquals(_object, IntegerTag);

    public bool IsFloat => ReferenceEquals(_object, FloatTag);

    /// <summary>Integers of any size and, as in Python, booleans.</summary>
    public bool IsIntegral =>
        ReferenceEquals(_object, IntegerTag) || ReferenceEquals(_object, BooleanTag) || _object is BigIntegerValue;

    public bool IsNumber => IsIntegral || IsFloat;

    public bool IsText => _object is string or MarkupValue;

    public bool IsMarkup => _object is MarkupValue;

    /// <summary>The 64 bits of a small integer or a boolean.</summary>
    public long Bits => _bits;

    public double AsFloat => BitConverter.Int64BitsToDouble(_bits);

    public HeapValue? Heap => _object as HeapValue;

    public bool TryString([NotNullWhen(true)] out string? text)
    {
        text = _object as string ?? (_object as MarkupValue)?.Text;
        return text is not null;
    }

    /// <summary>The value of a small integer or boolean.</summary>
    public bool TrySmall(out long value)
    {
        value = _bits;
        return ReferenceEquals(_object, IntegerTag) || ReferenceEquals(_object, BooleanTag);
    }

    /// <summary>The value of an integer of any size or a boolean.</summary>
    public bool TryBigInteger(out BigInteger value)
    {
        value = _object is BigIntegerValue big ? big.Value : _bits;
        return IsIntegral;
    }

    public bool TryHeap<T>([NotNullWhen(true)] out T? heap)
        where T : HeapValue
    {
        heap = _object as T;
        return heap is not null;
    }

    /// <summary>Python's <c>is</c>: same object, or same none, boolean, number of one type or string.</summary>
    public bool IsSame(Value other) =>
        ReferenceEquals(_object, other._object)
            ? _bits == other._bits
            : _object is string a && other._object is string b && a == b;

    /// <summary>The type's name in Python, for messages.</summary>
    public string TypeName =>
        Kind switch
        {
            ValueKind.None => "NoneType",
            ValueKind.Boolean => "bool",
            ValueKind.Integer => "int",
            ValueKind.Float => "float",
            ValueKind.String => "str",
            ValueKind.Missing => "missing",
            _ => Heap!.TypeName,
        };

    public bool IsTrue =>
        IsBoolean || IsSmallInteger
            ? _bits != 0
            : _object switch
            {
                string text => text.Length > 0,
                HeapValue heap => heap.IsTrue,
                _ => IsFloat && AsFloat != 0,
            };

    public override string ToString() => $"{Kind}";
}
