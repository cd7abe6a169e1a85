using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TeamsWorkflows.Cli;

/// <summary>Help that calls the program by the name that people type; the library would take that of the assembly.</summary>
internal sealed class NamedHelp(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => help.ClearsParseErrors;

    /// <summary>Makes a command's help, and that of all below it, use the name.</summary>
    public static RootCommand On(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new NamedHelp((HelpAction)option.Action!);
        return root;
    }

    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);

        var output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        var code = help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(text.ToString().Replace($"  {RootCommand.ExecutableName} ", $"  {CommandLine.Name} ", StringComparison.Ordinal));
        return code;
    }
}
