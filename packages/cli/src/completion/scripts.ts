import type { shells } from './shells.ts';

/*
 * The scripts ask `fluxctl __complete WORDS…`, which answers with a candidate per line (and behind a tab
 * what it means), and at the end `:N`: 4 nothing else, 6 nothing else
 * and no space behind the word (fish knows by itself), 16 also folders.
 */

const bash = `# bash completion for fluxctl
# Load it with: . <(fluxctl completion bash)

__fluxctl_complete() {
    local cur=\${COMP_WORDS[COMP_CWORD]} tab=$'\\t' line directive=4 start
    local -a words=() candidates=()
    COMPREPLY=()
    # bash takes "--flag=value" apart at the sign; fluxctl wants it whole.
    local i joined=0
    for ((i = 1; i <= COMP_CWORD; i++)); do
        if [[ \${COMP_WORDS[i]} == "=" || $joined == 1 ]] && ((\${#words[@]} > 0)); then
            words[\${#words[@]}-1]+=\${COMP_WORDS[i]}
            if [[ \${COMP_WORDS[i]} == "=" ]]; then joined=1; else joined=0; fi
        else
            words+=("\${COMP_WORDS[i]}")
        fi
    done
    start=\${words[\${#words[@]}-1]}
    while IFS= read -r line; do
        if [[ $line == :* ]]; then directive=\${line#:}; else candidates+=("\${line%%$tab*}"); fi
    done < <("\${COMP_WORDS[0]}" __complete "\${words[@]}" 2>/dev/null)
    if [[ $start == --*=* ]]; then
        [[ $cur == "=" ]] && cur=
        candidates=("\${candidates[@]#*=}")
    fi
    for line in "\${candidates[@]}"; do
        [[ $line == "$cur"* ]] && COMPREPLY+=("$line")
    done
    if [[ $directive == 6 ]]; then
        compopt -o nospace 2>/dev/null
    elif [[ $directive == 16 ]]; then
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$cur")
    fi
}

complete -F __fluxctl_complete fluxctl
`;

const fish = `# fish completion for fluxctl
# Load it with: fluxctl completion fish | source

function __fluxctl_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l directive 4
    for line in ($program __complete $words "$typed" 2>/dev/null)
        if string match -q ':*' -- $line
            set directive (string sub -s 2 -- $line)
        else
            echo $line
        end
    end
    if test "$directive" = 16
        __fish_complete_directories "$typed"
    end
end

complete -c fluxctl -f -a '(__fluxctl_complete)'
`;

const zsh = `#compdef _fluxctl fluxctl
# zsh completion for fluxctl
# Load it with: source <(fluxctl completion zsh)

_fluxctl() {
    local tab=$'\\t' line directive=4
    local -a candidates described asked
    asked=("\${(@)words[2,CURRENT]}")
    (( \${#asked} )) || asked=("")
    for line in "\${(@f)$("\${words[1]}" __complete "\${asked[@]}" 2>/dev/null)}"; do
        if [[ $line == :* ]]; then
            directive=\${line#:}
        elif [[ -n $line ]]; then
            candidates+=("\${line%%$tab*}")
            described+=("\${line//$tab/  -- }")
        fi
    done
    local -a options=(-l -d described)
    [[ $directive == 6 ]] && options+=(-S '')
    (( \${#candidates} )) && compadd "\${options[@]}" -a candidates
    [[ $directive == 16 ]] && _files -/
}

# Sourced, it has to announce itself; found in fpath, it is called.
if [[ $funcstack[1] == _fluxctl ]]; then
    _fluxctl "$@"
else
    compdef _fluxctl fluxctl
fi
`;

/** By shell: what \`fluxctl completion SHELL\` prints. */
export const completionScripts: Readonly<Record<(typeof shells)[number], string>> = { bash, fish, zsh };
