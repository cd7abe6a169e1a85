using System.Globalization;
using System.Text.Encodings.Web;

namespace TeamsWorkflows.Sandbox.Common;

/// <summary>Markup that is safe to send: every text that goes into it is encoded on the way.</summary>
internal readonly record struct Html
{
    private readonly string? _markup;

    private Html(string markup)
    {
        _markup = markup;
    }

    public static Html Empty { get; } = new("");

    /// <summary>Markup with holes: texts are encoded, other markup is taken as it is, lists are joined.</summary>
    public static Html Of(FormattableString template)
    {
        var arguments = template.GetArguments().Select(object? (argument) => Encode(argument)).ToArray();
        return new Html(string.Format(CultureInfo.InvariantCulture, template.Format, arguments));
    }

    public static Html Text(string text) => new(HtmlEncoder.Default.Encode(text));

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.ToString())));

    public override string ToString() => _markup ?? "";

    private static string Encode(object? argument) => argument switch
    {
        null => "",
        Html html => html.ToString(),
        IEnumerable<Html> parts => Join(parts).ToString(),
        IFormattable value => HtmlEncoder.Default.Encode(value.ToString(null, CultureInfo.InvariantCulture)),
        _ => HtmlEncoder.Default.Encode(argument.ToString() ?? ""),
    };
}
