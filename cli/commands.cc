#include "cli/commands.h"

namespace segue::cli {
namespace {

// In the order in which one meets them: start, write, try, use, understand.
constexpr Command kCommands[] = {
    {"new", "a starter project: rules, events, tests",
     "seg new campaigns          # then: cd campaigns && seg test .\n", declare_new},
    {"check", "errors, warnings, and the bytes each segment keeps a user",
     "seg check rules/\n"
     "seg check rules/ --deny warnings              # for CI\n"
     "seg check rules/ --format sarif > seg.sarif   # for a code host\n",
     declare_check},
    {"fmt", "the canonical layout, in place",
     "seg fmt rules/\n"
     "seg fmt --check rules/     # lists what would change, exit code 1 if anything would\n"
     "seg fmt --diff rules/      # shows it\n"
     "seg fmt - < draft.seg      # standard input to standard output\n",
     declare_fmt},
    {"test", "runs the `test` blocks",
     "seg test rules/\n"
     "seg test rules/ --filter 'ages out'\n"
     "seg test rules/ --engine naive --junit report.xml\n",
     declare_test},
    {"members", "who is in each segment at an instant",
     "seg members rules/ events.jsonl --at 2025-06-01\n"
     "seg members rules/ events.jsonl.gz --at 2025-06-01 --at 2025-07-01 --summary\n"
     "seg members rules/ events.jsonl --segment high_intent --scores --format csv\n"
     "seg members rules/ events.jsonl --param min_views=2   # with a threshold changed\n",
     declare_members},
    {"run", "the stream of changes: who enters, who leaves, when and why",
     "seg run rules/ events.jsonl\n"
     "zcat june.jsonl.gz | seg run rules/ - --lateness 1h --rejects bad.jsonl\n"
     "seg run rules/ may.jsonl june.jsonl.zst --until 2025-07-01 --threads 2\n"
     "seg run rules/ events.jsonl --state kept/ -o changes.jsonl   # goes on after a crash\n",
     declare_run},
    {"state", "what a folder of `seg run --state` holds",
     "seg state kept/\n"
     "seg state verify kept/     # compares every checksum\n",
     declare_state},
    {"pack", "a packed event log: grouped by user, in columns, compressed",
     "seg pack events.jsonl -o events.segl\n"
     "seg pack may.jsonl.gz june.jsonl.gz -o summer.segl\n"
     "seg pack summer.segl july.jsonl -o summer.segl   # appends; packs are merged the same way\n"
     "seg members rules/ summer.segl --at 2025-08-01   # a packed log stands wherever EVENTS "
     "does\n",
     declare_pack},
    {"build", "a program ahead of time: for a service without the compiler",
     "seg build rules/ -o rules.segi   # the program image, for `open_program`\n"
     "seg build rules/ -o rules.o      # with native code; rules.h is beside it\n"
     "seg build rules/ -o librules.so --name rules\n",
     declare_build},
    {"explain", "what the rules cost, why a user is in or out, what a code means",
     "seg explain rules/                            # streams, cells, state a user, by segment\n"
     "seg explain E0207                             # the page of a diagnostic\n"
     "seg explain rules/ events.jsonl --user ann --segment high_intent --at 2025-06-02\n"
     "seg explain --deploy old.segi rules/          # what new rules do to users' state\n"
     "seg explain rules/ --stage plan --only cells  # one part of one stage of the compiler\n"
     "seg explain rules/ --stage plan --passes none\n",
     declare_explain},
    {"bench", "what rules cost here: events a second, ns by rule, bytes a user, compile time",
     "seg bench rules/                              # events are made up from the rules\n"
     "seg bench rules/ events.jsonl.gz --events 1000000\n"
     "seg bench rules/ --format json --rules 100 --no-cache > bench.json\n",
     declare_bench},
    {"completions", "a completion script for bash, zsh or fish",
     "seg completions bash > ~/.local/share/bash-completion/completions/seg\n",
     declare_completions},
};

constexpr std::string_view kLater[] = {"diff", "infer", "lsp", "serve", "gen", "doc"};

}  // namespace

std::span<const Command> commands() { return kCommands; }

std::span<const std::string_view> later_commands() { return kLater; }

}  // namespace segue::cli
