using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace TeamsWorkflows.Server.Tests.Documents;

/// <summary>What the comments in the code say, read from the files that the compiler makes of them.</summary>
internal static partial class XmlComments
{
    private static readonly Lazy<Dictionary<string, XElement>> Members = new(static () => Directory.EnumerateFiles(AppContext.BaseDirectory, "TeamsWorkflows*.xml")
        .SelectMany(static file => XDocument.Load(file).Descendants("member"))
        .DistinctBy(static m => (string)m.Attribute("name")!)
        .ToDictionary(static m => (string)m.Attribute("name")!, StringComparer.Ordinal));

    /// <summary>The summary of a property, without "Gets or sets", and what its value says besides the default.</summary>
    public static string Of(PropertyInfo property)
    {
        if (Member($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}") is not { } member)
        {
            return "";
        }

        var summary = Getting().Replace(Text(member.Element("summary")), "");
        var value = Text(member.Element("value"));
        var more = OnlyDefault().IsMatch(value) ? "" : " " + value;
        var remarks = Text(member.Element("remarks"));
        return $"{(summary.Length > 0 ? char.ToUpperInvariant(summary[0]) + summary[1..] : "")}{more} {remarks}".Trim();
    }

    /// <summary>The summary of a type, without "Section X:".</summary>
    public static string Of(Type type)
    {
        var text = SectionName().Replace(Text(Member($"T:{type.FullName!.Replace('+', '.')}")?.Element("summary")), "");
        return text.Length > 0 ? char.ToUpperInvariant(text[0]) + text[1..] : "";
    }

    // A comment that is taken over from elsewhere is the one there.
    private static XElement? Member(string name)
        => Members.Value.GetValueOrDefault(name) is not { } member ? null
            : member.Element("inheritdoc")?.Attribute("cref") is { } other ? Member(other.Value)
            : member;

    private static string Text(XElement? element) => element is null ? "" : Spaces().Replace(string.Concat(element.Nodes().Select(Node)), " ").Trim();

    private static string Node(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "paramref" or "seealso" } see => $"`{((string?)see.Attribute("cref") ?? (string?)see.Attribute("name") ?? (string?)see.Attribute("href") ?? "").Split('.', ':')[^1]}`",
        XElement other => string.Concat(other.Nodes().Select(Node)),
        _ => "",
    };

    [GeneratedRegex("^Gets( or sets)? (a value indicating )?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Getting();

    [GeneratedRegex(@"^(The default( value)? is [^.;:]*(\.\d[^.;:]*)?\.?|)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OnlyDefault();

    [GeneratedRegex("^Section `[^`]*`: ", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SectionName();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();
}
