using System.CommandLine;

namespace TeamsWorkflows.Cli.Commands;

/// <summary><c>teamsworkflows completion</c>: what a shell needs to complete this command line.</summary>
/// <remarks>The shell asks <c>teamsworkflows "[suggest:POSITION]" "LINE"</c>, which answers with one suggestion a line.</remarks>
internal static class CompletionCommand
{
    private const string Bash = """
        _teamsworkflows() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(teamsworkflows "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _teamsworkflows teamsworkflows
        """;

    private const string Zsh = """
        #compdef teamsworkflows
        _teamsworkflows() {
          local -a words
          words=("${(@f)$(teamsworkflows "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -a words
        }
        compdef _teamsworkflows teamsworkflows
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName teamsworkflows -ScriptBlock {
          param($word, $line, $position)
          teamsworkflows "[suggest:$position]" "$line" | Where-Object { $_ -like "$word*" } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }
        """;

    private const string Fish = """
        complete -f -c teamsworkflows -a '(teamsworkflows "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'
        """;

    public static Command Create(Shell shell)
    {
        var name = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh." };
        name.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Prints the script that completes this command line in a shell: source <(teamsworkflows completion bash)") { name };
        command.SetAction(parsed =>
        {
            shell.Output.WriteLine(parsed.GetRequiredValue(name) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                "fish" => Fish,
                _ => PowerShell,
            });
            return ExitCodes.Done;
        });
        return command;
    }
}
