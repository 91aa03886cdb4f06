namespace Cairn.Templates.Values;

/// <summary>Safe HTML: what is not marked so is escaped when it meets something that is.</summary>
internal static class Markups
{
    public static string Escaped(Value value, string text) => value.IsMarkup ? text : Text.EscapeHtml(text);

    /// <summary>The text as the model has it: markup if the model is markup.</summary>
    public static Value Like(Value model, string text) => model.IsMarkup ? Value.Markup(text) : Value.String(text);

    public static Value Make(bool isMarkup, string text) => isMarkup ? Value.Markup(text) : Value.String(text);
}
