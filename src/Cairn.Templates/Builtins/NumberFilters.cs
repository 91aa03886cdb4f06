using System.Globalization;
using System.Numerics;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Filters for numbers.</summary>
internal static class NumberFilters
{
    private static readonly string[] DecimalUnits = ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    private static readonly string[] BinaryUnits = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

    public static void Register(BuiltinTable table)
    {
        table.Add("abs", Abs);
        table.Add("int", ["default?", "base?"], ToInteger);
        table.Add("float", ["default?"], ToFloat);
        table.Add("round", ["precision?", "method?"], Round);
        table.Add("filesizeformat", ["binary?"], FileSize);
    }

    private static Value Abs(in BuiltinCall call)
    {
        var value = call.Input;
        if (value.IsFloat)
            return Value.Float(Math.Abs(value.AsFloat));
        return value.TryBigInteger(out var integer)
            ? Value.Int(BigInteger.Abs(integer))
            : throw BuiltinCall.Mismatch(value, "a number");
    }

    private static Value ToInteger(in BuiltinCall call)
    {
        var otherwise = call.Has(0) ? call[0] : Value.Int(0);
        var value = call.Input;
        if (value.TryBigInteger(out var integer))
            return Value.Int(integer);
        if (value.IsFloat)
            return double.IsFinite(value.AsFloat) ? Value.Int(new BigInteger(value.AsFloat)) : otherwise;
        if (value.TryHeap<UndefinedValue>(out var undefined))
            throw undefined.Fail();
        if (!value.TryString(out string? text))
            return otherwise;
        int radix = call.Integer(1, 10);
        call.Run.StepForText(text.Length);
        call.Run.StepForDigits(4L * Math.Min(text.Length, Numbers.MaxDigits));
        if (radix is 0 or (>= 2 and <= 36) && Numbers.TryParseInteger(text, radix, out integer))
            return call.Run.Checked(integer);
        return Numbers.TryParseFloat(text, out double number) && double.IsFinite(number)
            ? Value.Int(new BigInteger(number))
            : otherwise;
    }

    private static Value ToFloat(in BuiltinCall call)
    {
        var value = call.Input;
        if (value.TryHeap<UndefinedValue>(out var undefined))
            throw undefined.Fail();
        if (value.IsNumber)
            return Value.Float(Arithmetic.ToDouble(value));
        call.Run.StepForText(value.TryString(out string? text) ? text.Length : 0);
        return text is not null && Numbers.TryParseFloat(text, out double number) ? Value.Float(number)
            : call.Has(0) ? call[0]
            : Value.Float(0);
    }

    private static Value Round(in BuiltinCall call)
    {
        string method = call.String(1, "common");
        if (method is not ("common" or "ceil" or "floor"))
            throw Errors.Type("the method must be 'common', 'ceil' or 'floor'");
        bool noPrecision = call.Has(0) && call[0].IsNone;
        int precision = noPrecision ? 0 : call.Integer(0, 0);
        if (method != "common")
        {
            double number = call.Input.IsNumber
                ? Arithmetic.ToDouble(call.Input)
                : throw BuiltinCall.Mismatch(call.Input, "a number");
            double scale = Math.Pow(10, precision);
            double scaled = method == "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale);
            return Value.Float(
                (double.IsFinite(scaled) ? scaled + 0.0 : throw Errors.Type("the number cannot be rounded")) / scale
            );
        }
        if (call.Input.IsFloat)
        {
            double number = call.Input.AsFloat;
            return noPrecision
                ? Value.Int(new BigInteger(Numbers.Round(number, 0)))
                : Value.Float(Numbers.Round(number, precision));
        }
        if (!call.Input.TryBigInteger(out var integer))
            throw BuiltinCall.Mismatch(call.Input, "a number");
        if (precision >= 0)
            return Value.Int(integer);
        call.Run.CheckBits(-(long)precision * 4);
        call.Run.StepForDigits(Math.Max(integer.GetBitLength(), -(long)precision * 4));
        var unit = BigInteger.Pow(10, -precision);
        var rounded = Numbers.DivideToEven(BigInteger.Abs(integer), unit) * unit;
        return call.Run.Checked(integer.Sign < 0 ? -rounded : rounded);
    }

    private static Value FileSize(in BuiltinCall call)
    {
        var input = call.Input;
        double bytes =
            input.IsNumber ? Arithmetic.ToDouble(input)
            : input.TryString(out string? text) && Numbers.TryParseFloat(text, out double parsed) ? parsed
            : throw BuiltinCall.Mismatch(input, "a number");
        int unit = call.Flag(0) ? 1024 : 1000;
        if (bytes == 1)
            return Value.String("1 Byte");
        if (bytes < unit)
            return Value.String($"{new BigInteger(bytes).ToString(CultureInfo.InvariantCulture)} Bytes");
        string[] names = call.Flag(0) ? BinaryUnits : DecimalUnits;
        int power = 0;
        while (power < names.Length - 1 && bytes >= Math.Pow(unit, power + 2))
            power++;
        return Value.String($"{Numbers.Fixed(unit * bytes / Math.Pow(unit, power + 2), 1)} {names[power]}");
    }
}
