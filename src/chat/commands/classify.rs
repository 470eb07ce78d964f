//! What a kubectl command would do, by verb and subcommand. A list of what reads; all else changes.

use crate::chat::session::CommandFlags;

use super::shell::{self, Line};

/// What a command would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// Whether it changes the cluster, or may.
    pub mutates: bool,
    /// What is unusual about it.
    pub flags: CommandFlags,
}

/// Verbs that only read.
const READS: &[&str] = &[
    "api-resources",
    "api-versions",
    "cluster-info",
    "completion",
    "describe",
    "diff",
    "events",
    "explain",
    "get",
    "help",
    "logs",
    "options",
    "top",
    "version",
    "wait",
];

/// Verbs of which some subcommands only read.
const READS_SOMETIMES: &[(&str, &[&str])] = &[
    ("apply", &["view-last-applied"]),
    ("auth", &["can-i", "whoami"]),
    (
        "config",
        &[
            "current-context",
            "get-clusters",
            "get-contexts",
            "get-users",
            "view",
        ],
    ),
    ("plugin", &["list"]),
    ("rollout", &["history", "status"]),
];

/// Verbs that can be tried without effect.
const DRY: &[&str] = &[
    "annotate",
    "apply",
    "auth",
    "autoscale",
    "cordon",
    "create",
    "delete",
    "drain",
    "expose",
    "label",
    "patch",
    "replace",
    "rollout",
    "run",
    "scale",
    "set",
    "taint",
    "uncordon",
];

/// Flags that choose another server, credential or identity, or write files on the way. In pflag's canonical form.
const FOREIGN: &[&str] = &[
    "as",
    "as-group",
    "as-uid",
    "as-user-extra",
    "cache-dir",
    "certificate-authority",
    "client-certificate",
    "client-key",
    "cluster",
    "context",
    "insecure-skip-tls-verify",
    "kubeconfig",
    "kuberc",
    "password",
    "profile-output",
    "proxy-url",
    "server",
    "tls-server-name",
    "token",
    "user",
    "username",
];

/// Flags of every command that take a value as the next word; those of [`FOREIGN`] do too, but for one.
const WITH_VALUE: &[&str] = &[
    "namespace",
    "request-timeout",
    "v",
    "vmodule",
    "log-file",
    "profile",
];

/// Flags without a value, which may stand before `--dry-run`.
const WITHOUT_VALUE: &[&str] = &[
    "all",
    "all-namespaces",
    "force",
    "ignore-daemonsets",
    "ignore-not-found",
    "now",
    "overwrite",
    "recursive",
    "server-side",
    "wait",
    "delete-emptydir-data",
    "force-conflicts",
    "rm",
    "record",
];

/// What a command line that begins with `kubectl` would do.
pub fn classify(command: &str) -> Class {
    class(&shell::split(command))
}

pub(super) fn class(line: &Line) -> Class {
    let mut class = Class {
        mutates: true,
        flags: CommandFlags {
            foreign: false,
            shell: line.is_compound(),
            placeholder: line.placeholder,
        },
    };
    let mut reads = !class.flags.shell;
    for words in line.commands() {
        // `KUBECONFIG=… kubectl`: another cluster by another way.
        let assigned = words.iter().take_while(|word| is_assignment(word)).count();
        if assigned > 0 {
            class.flags.foreign = true;
            reads = false;
        }
        if words.get(assigned) == Some(&"kubectl") {
            let call = Call::new(words.get(assigned + 1..).unwrap_or_default());
            class.flags.foreign |= call.foreign;
            reads &= call.reads();
        } else {
            reads = false;
        }
    }
    class.mutates = !reads;
    class
}

pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// One kubectl call.
#[derive(Default)]
struct Call<'t> {
    verb: Option<&'t str>,
    subcommand: Option<&'t str>,
    foreign: bool,
    /// A flag before the verb that is not known: what follows it may be its value and no verb.
    strange: bool,
    /// Values of `--dry-run`, in order.
    dry: Vec<bool>,
}

impl<'t> Call<'t> {
    fn new(words: &[&'t str]) -> Self {
        let mut call = Self::default();
        let mut value_expected = false;
        let mut maybe_value = false;
        for &word in words {
            if value_expected {
                value_expected = false;
                continue;
            }
            if word == "--" {
                break;
            }
            if let Some(flag) = word.strip_prefix("--") {
                (value_expected, maybe_value) = call.long(flag, maybe_value);
            } else if let Some(cluster) = word.strip_prefix('-').filter(|cluster| !cluster.is_empty()) {
                value_expected = call.short(cluster);
                maybe_value = !value_expected;
            } else {
                maybe_value = false;
                if call.verb.is_none() {
                    call.verb = Some(word);
                } else if call.subcommand.is_none() {
                    call.subcommand = Some(word);
                }
            }
        }
        call
    }

    /// A `--flag` or `--flag=value`. Says whether the next word is its value, and whether it may be.
    fn long(&mut self, flag: &str, after_flag: bool) -> (bool, bool) {
        let (name, value) = flag
            .split_once('=')
            .map_or((flag, None), |(name, value)| (name, Some(value)));
        let name = name.replace('_', "-");
        let name = name.as_str();
        self.foreign |= FOREIGN.contains(&name);
        if name == "dry-run" {
            // `--dry-run client` is `--dry-run` without a value and a word. One that may be the value of the flag
            // before it does not count.
            self.dry
                .push(!after_flag && matches!(value, Some("client" | "server")));
            return (false, false);
        }
        if value.is_some() || WITHOUT_VALUE.contains(&name) || name == "insecure-skip-tls-verify" {
            return (false, false);
        }
        if WITH_VALUE.contains(&name) || FOREIGN.contains(&name) {
            return (true, false);
        }
        self.strange |= self.verb.is_none();
        (false, true)
    }

    /// Clustered short flags, walked as pflag does: `-Aowide`, `-sURL`. Says whether the next word is a value.
    fn short(&mut self, cluster: &str) -> bool {
        let logs = self.verb == Some("logs");
        for (at, letter) in cluster.char_indices() {
            let last = at + letter.len_utf8() == cluster.len();
            match letter {
                's' => {
                    self.foreign = true;
                    return last;
                }
                'f' | 'p' if logs => {}
                'n' | 'o' | 'l' | 'L' | 'c' | 'f' | 'k' | 'v' | 'p' | 'e' => return last,
                'A' | 'w' | 'R' | 'i' | 't' | 'q' | 'h' => {}
                _ => self.strange |= self.verb.is_none(),
            }
        }
        false
    }

    fn reads(&self) -> bool {
        let Some(verb) = self.verb.filter(|_| !self.strange) else {
            return false;
        };
        let dry = !self.dry.is_empty() && self.dry.iter().all(|dry| *dry) && DRY.contains(&verb);
        dry || READS.contains(&verb)
            || READS_SOMETIMES.iter().any(|(name, subcommands)| {
                *name == verb && self.subcommand.is_some_and(|word| subcommands.contains(&word))
            })
    }
}
