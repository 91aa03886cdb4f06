using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn completion</c>: scripts with which shells complete command lines. They ask the program itself what
/// fits.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # Completion of cairn for bash. Use it with: source <(cairn completion bash)
        _cairn() {
            local word=${COMP_WORDS[COMP_CWORD]} candidate
            COMPREPLY=()
            # Bash takes --env=prod for three words.
            [[ $word == = ]] && word=
            while IFS= read -r candidate; do
                candidate=${candidate#-*=}
                [[ $candidate == "$word"* ]] && COMPREPLY+=("$candidate")
            done < <("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
            # A path goes on after its slash.
            [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace
            return 0
        }
        complete -o default -F _cairn cairn
        """;

    private const string Zsh = """
        #compdef cairn
        # Completion of cairn for zsh. Use it with: source <(cairn completion zsh)
        _cairn() {
            local -a candidates
            candidates=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            candidates=(${(M)candidates:#${PREFIX}*})
            if (( ${#candidates} )); then
                compadd -S '' -- ${(M)candidates:#*/}
                compadd -- ${candidates:#*/}
            else
                _files
            fi
        }
        if [[ ${funcstack[1]} == _cairn ]]; then
            # Loaded from fpath, by the first completion itself.
            _cairn "$@"
        else
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
            compdef _cairn cairn
        fi
        """;

    private const string Fish = """
        # Completion of cairn for fish. Use it with: cairn completion fish | source
        function __cairn_complete
            set -l line (commandline -p)
            set -l point (string length -- (commandline -cp))
            set -l program (commandline -op)[1]
            $program "[suggest:$point]" "$line" 2>/dev/null
        end
        complete -c cairn -f -a '(__cairn_complete)'
        complete -c cairn -s f -l file -r -F
        complete -c cairn -s d -l directory -r -F
        """;

    public static Command Create()
    {
        var command = new Command(
            "completion",
            "Print a script that lets a shell complete commands, flags, environments, paths, keys, schemas and "
                + "profiles\n\n"
                + "Examples:\n  source <(cairn completion bash)\n  cairn completion bash > "
                + "/etc/bash_completion.d/cairn\n  cairn completion zsh > \"${fpath[1]}/_cairn\""
        )
        {
            Script("bash", "Print the script for bash\n\nExamples:\n  source <(cairn completion bash)", Bash),
            Script(
                "fish",
                "Print the script for fish\n\nExamples:\n  cairn completion fish | source\n"
                    + "  cairn completion fish > ~/.config/fish/completions/cairn.fish",
                Fish
            ),
            Script("zsh", "Print the script for zsh\n\nExamples:\n  source <(cairn completion zsh)", Zsh),
        };
        return command;
    }

    private static Command Script(string shell, string description, string script)
    {
        var command = new Command(shell, description);
        command.SetAction(_ => Console.Out.WriteLine(script));
        return command;
    }
}
