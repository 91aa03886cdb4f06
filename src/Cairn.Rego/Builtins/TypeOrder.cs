using System.Text;

namespace Cairn.Rego.Builtins;

/// <summary>A total order of types: by form, then by parts. Types that compare as equal are the same.</summary>
internal sealed class TypeOrder : IComparer<RegoType>
{
    public static TypeOrder Instance { get; } = new();

    public int Compare(RegoType? x, RegoType? y)
    {
        if (ReferenceEquals(x, y))
            return 0;
        if (x is null || y is null)
            return x is null ? -1 : 1;
        int forms = x.Form.CompareTo(y.Form);
        return forms != 0
            ? forms
            : x.Form switch
            {
                TypeForm.Array => Compare(x.Element, y.Element) is not 0 and var rest
                    ? rest
                    : Compare(x.Items, y.Items),
                TypeForm.Object => Objects(x, y),
                TypeForm.Set => Compare(x.Element, y.Element),
                TypeForm.Any => Compare(x.Alternatives ?? [], y.Alternatives ?? []),
                TypeForm.Function => Compare(x.Items, y.Items) is not 0 and var arguments
                    ? arguments
                    : Compare(x.Element, y.Element),
                _ => 0,
            };
    }

    private int Objects(RegoType x, RegoType y)
    {
        int order = Compare(x.Key, y.Key);
        if (order == 0)
            order = Compare(x.Element, y.Element);
        for (int i = 0; order == 0 && i < Math.Min(x.Members.Count, y.Members.Count); i++)
        {
            order = x.Members[i].Key.CompareTo(y.Members[i].Key) is not 0 and var keys
                ? keys
                : Compare(x.Members[i].Type, y.Members[i].Type);
        }

        return order != 0 ? order : x.Members.Count.CompareTo(y.Members.Count);
    }

    private int Compare(IReadOnlyList<RegoType> x, IReadOnlyList<RegoType> y)
    {
        int order = 0;
        for (int i = 0; order == 0 && i < Math.Min(x.Count, y.Count); i++)
            order = Compare(x[i], y[i]);
        return order != 0 ? order : x.Count.CompareTo(y.Count);
    }
}

/// <summary>Types in OPA's notation, of which very long ones are cut off.</summary>
internal static class TypeText
{
    private const int MaxLength = 4_000;

    public static string Of(RegoType type)
    {
        var text = new StringBuilder();
        Append(text, type);
        return text.Length <= MaxLength ? text.ToString() : text.ToString(0, MaxLength) + "…";
    }

    private static void Append(StringBuilder text, RegoType type)
    {
        if (text.Length > MaxLength)
            return;
        switch (type.Form)
        {
            case TypeForm.Array:
                List(text.Append("array"), type.Items, '<', '>');
                if (type.Element is { } rest)
                    List(text, [rest], '[', ']');
                break;
            case TypeForm.Set:
                List(text.Append("set"), [type.Element!], '[', ']');
                break;
            case TypeForm.Object:
                Object(text.Append("object"), type);
                break;
            case TypeForm.Any when type.Alternatives is { } alternatives:
                List(text.Append("any"), alternatives, '<', '>');
                break;
            case TypeForm.Function:
                text.Append('(');
                Join(text, type.Items);
                Append(text.Append(") => "), type.Element!);
                break;
            default:
                text.Append(type);
                break;
        }
    }

    private static void Object(StringBuilder text, RegoType type)
    {
        for (int i = 0; i < type.Members.Count && text.Length <= MaxLength; i++)
        {
            var (key, value) = type.Members[i];
            text.Append(i == 0 ? "<" : ", ")
                .Append(key is Values.RegoString name ? name.Value : key.ToString())
                .Append(": ");
            Append(text, value);
        }

        if (type.Members.Count > 0)
            text.Append('>');
        if (type.Key is null)
            return;
        Append(text.Append('['), type.Key);
        Append(text.Append(": "), type.Element!);
        text.Append(']');
    }

    private static void List(StringBuilder text, IReadOnlyList<RegoType> types, char open, char close)
    {
        if (types.Count == 0)
            return;
        text.Append(open);
        Join(text, types);
        text.Append(close);
    }

    private static void Join(StringBuilder text, IReadOnlyList<RegoType> types)
    {
        for (int i = 0; i < types.Count && text.Length <= MaxLength; i++)
            Append(i == 0 ? text : text.Append(", "), types[i]);
    }
}
