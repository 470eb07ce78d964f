//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};

use crate::engine::cluster::{Access, Environment};
use crate::engine::filter::Filter;
use crate::engine::finding::Severity;
use crate::engine::kinds::Selector;
use crate::engine::object::Text;
use crate::engine::watch::Scope;

/// Finds out why something in a Kubernetes cluster is broken, explains it and helps to fix it.
///
/// Without a command: the console.
#[derive(Debug, Parser)]
#[command(
    name = "k8stui",
    version,
    max_term_width = 100,
    subcommand_negates_reqs = true
)]
pub struct Cli {
    /// Where to look and as whom.
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// How the console behaves.
    #[command(flatten)]
    pub console: ConsoleArgs,
    /// What to do instead.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Which cluster, as whom, and which part of it: kubectl's own flags.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterArgs {
    /// The kubeconfig file, instead of KUBECONFIG and ~/.kube/config
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The kubeconfig context
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// The kubeconfig cluster, instead of the context's
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The kubeconfig user, instead of the context's
    #[arg(long, global = true, value_name = "NAME")]
    pub user: Option<String>,
    /// Impersonate this user
    #[arg(long = "as", global = true, value_name = "USER")]
    pub impersonate: Option<String>,
    /// Impersonate this user's uid
    #[arg(long = "as-uid", global = true, value_name = "UID")]
    pub impersonate_uid: Option<String>,
    /// Impersonate this group; repeatable
    #[arg(long = "as-group", global = true, value_name = "GROUP")]
    pub impersonate_groups: Vec<String>,
    /// How long one request may take: 30s, 2m (watches and logs are not bounded)
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub request_timeout: Option<SignedDuration>,
    /// Only problems of which a part is in this namespace; repeatable
    #[arg(short, long = "namespace", global = true, value_name = "NAMESPACE")]
    pub namespaces: Vec<String>,
    /// All namespaces (what happens without -n too)
    #[arg(short = 'A', long, global = true, conflicts_with = "namespaces")]
    pub all_namespaces: bool,
    /// Look at files instead of a cluster: objects as JSON or YAML, a dump, a support bundle, a recording; a file,
    /// a folder or an archive
    #[arg(long, global = true, value_name = "PATH")]
    pub from: Option<PathBuf>,
    /// The moment to look at, with --from; the newest that the files tell of, if nothing is said
    #[arg(long, global = true, value_name = "RFC3339")]
    pub now: Option<Timestamp>,
    /// Hide problems that are wholly in this namespace; repeatable
    #[arg(long, global = true, value_name = "NAMESPACE")]
    pub exclude_namespace: Vec<String>,
}

/// How the console behaves.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Console")]
pub struct ConsoleArgs {
    /// Never offer to change the cluster
    #[arg(long)]
    pub read_only: bool,
    /// The theme: dark, light or one of your own
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// The configuration file, instead of the one in your configuration folder
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What to do instead of the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The console on an embedded cluster in which things break and heal
    Demo(DemoArgs),
    /// Look once, print what is wrong and why, and leave
    Analyze(AnalyzeArgs),
    /// Print what a model would be told about a problem; sends nothing
    Prompt(PromptArgs),
    /// Ask the model (or the playbook) about a problem, once
    Explain(ExplainArgs),
    /// What is looked at, and a trial of an analyzer of your own
    #[command(subcommand)]
    Analyzers(AnalyzersCommand),
    /// Which parts are looked at
    #[command(subcommand)]
    Filters(FiltersCommand),
    /// Record a live cluster into a file, for --from
    Record(RecordArgs),
    /// Check the kubeconfig, the connection, the rights, the provider and the terminal
    Doctor,
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the version
    Version,
}

/// `demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Another seed is another day in the shop
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// A fixed moment of its life: 0s, 5m, 1h30m; the clock then stands still
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub at: Option<SignedDuration>,
    /// Run only its API, and print the path of a kubeconfig for it
    #[arg(long)]
    pub serve: bool,
    /// The port of its API; any free one if 0
    #[arg(long, default_value_t = 0)]
    pub port: u16,
}

/// `record`.
#[derive(Clone, Debug, Args)]
pub struct RecordArgs {
    /// The file; compressed if it ends in .gz. One that is there is gone on with
    pub file: PathBuf,
    /// How long to go on after everything has been read once: 0s, 10m, 2h; until it is stopped, if nothing is said
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    pub duration: Option<SignedDuration>,
    /// How large the file may become: 100M, 1G
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = size)]
    pub max_size: u64,
}

/// `analyze`.
#[derive(Clone, Debug, Args)]
pub struct AnalyzeArgs {
    /// How to print
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub output: Format,
    /// Only problems that are at least so bad: warning, if nothing is said; info of what `--filter Security` asks for
    #[arg(long, value_enum)]
    pub severity: Option<SeverityArg>,
    /// Only problems of which a part is of this kind or topic (`k8stui filters list`); repeatable, or with commas
    #[arg(long, value_name = "FILTER", value_delimiter = ',', value_parser = super::filters::parse)]
    pub filter: Vec<Filter>,
    /// Only problems of which a part has these labels: app=web, tier!=db, 'env in (a,b)', !canary
    #[arg(short = 'L', long, value_name = "LABELS", value_parser = super::selector::parse)]
    pub selector: Option<Selector>,
    /// Read no logs
    #[arg(long)]
    pub no_logs: bool,
    /// Add what the API itself says of the field that shows the failure, where the server serves it
    #[arg(short = 'd', long)]
    pub with_doc: bool,
    /// Say what each analyzer looked at, found and took; on standard error unless the output is text
    #[arg(long, visible_alias = "with-stat")]
    pub stat: bool,
    /// Exit with 1 where there is a problem that is at least so bad
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<SeverityArg>,
}

/// How `analyze` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: the schema k8stui/v1.
    Json,
    /// The same document as YAML.
    Yaml,
    /// For programs that were made for K8sGPT: its own JSON.
    K8sgpt,
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For programs: the schema k8stui/v1.
    Json,
}

/// A severity on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SeverityArg {
    /// Users are hit or data are at risk.
    Critical,
    /// Degraded, or will be.
    Warning,
    /// Hygiene.
    Info,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Critical => Self::Critical,
            SeverityArg::Warning => Self::Warning,
            SeverityArg::Info => Self::Info,
        }
    }
}

/// `filters`.
#[derive(Clone, Debug, Subcommand)]
pub enum FiltersCommand {
    /// Every filter, and whether it is on
    List {
        /// How to print
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Switch filters on again
    Add {
        /// Kinds or topics: Node, svc, Storage, Rollout.argoproj.io
        #[arg(required = true, value_name = "FILTER", value_delimiter = ',', value_parser = super::filters::parse)]
        filters: Vec<Filter>,
    },
    /// Switch filters off: problems that are wholly of them are hidden, until they are added again
    Remove {
        /// Kinds or topics: Node, svc, Storage, Rollout.argoproj.io
        #[arg(required = true, value_name = "FILTER", value_delimiter = ',', value_parser = super::filters::parse)]
        filters: Vec<Filter>,
    },
}

/// `analyzers`.
#[derive(Clone, Debug, Subcommand)]
pub enum AnalyzersCommand {
    /// Every analyzer with what it finds, your own first
    List {
        /// How to print
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Check a file of analyzers, and try it on objects
    Test {
        /// The file
        file: PathBuf,
        /// Objects as kubectl prints them (YAML or JSON); those that are not the analyzers' own are what these may refer to
        #[arg(long, value_name = "FILE")]
        object: Option<PathBuf>,
    },
}

/// `prompt`.
#[derive(Clone, Debug, Args)]
pub struct PromptArgs {
    /// A problem's or finding's id, or kind[.group]/[namespace/]name (short names too; healthy objects too)
    pub id: String,
    /// How long it may be, in tokens (counted as bytes / 4)
    #[arg(long, default_value_t = 6_000)]
    pub budget: usize,
}

/// `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// A problem's or finding's id, or kind[.group]/[namespace/]name (short names too; healthy objects too)
    pub id: String,
    /// What to ask; why it fails, if nothing is said
    #[arg(short, long)]
    pub question: Option<String>,
}

impl ClusterArgs {
    /// How to reach the cluster.
    pub fn access(&self) -> Access {
        Access {
            kubeconfig: self.kubeconfig.clone(),
            inline: None,
            context: self.context.clone(),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
            impersonate: self.impersonate.clone(),
            impersonate_uid: self.impersonate_uid.clone(),
            impersonate_groups: self.impersonate_groups.clone(),
            request_timeout: self
                .request_timeout
                .and_then(|limit| Duration::try_from(limit).ok())
                // As kubectl: 0 is no limit of one's own.
                .filter(|limit| !limit.is_zero()),
            environment: Environment::of(|name| std::env::var_os(name), std::env::home_dir()),
        }
    }

    /// What was asked for together and does not go together.
    pub fn contradiction(&self) -> Option<&'static str> {
        let live = self.kubeconfig.is_some()
            || self.context.is_some()
            || self.cluster.is_some()
            || self.user.is_some()
            || self.impersonate.is_some()
            || self.impersonate_uid.is_some()
            || !self.impersonate_groups.is_empty();
        if self.now.is_some() && self.from.is_none() {
            Some("--now goes with --from: a live cluster has its own time")
        } else if self.from.is_some() && live {
            Some("--from looks at files: it does not go with flags that choose a cluster or a user")
        } else {
            None
        }
    }

    /// Where to look. `context_namespace` is where one looks who may not look everywhere.
    pub fn scope(&self, context_namespace: &Text) -> Scope {
        let namespaces: Vec<Text> = self.namespaces.iter().map(|name| name.as_str().into()).collect();
        let fallback = (namespaces.is_empty() && !self.all_namespaces).then(|| context_namespace.clone());
        Scope { namespaces, fallback }
    }
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit: u64 = match text
        .get(digits.len()..)
        .unwrap_or_default()
        .to_ascii_uppercase()
        .as_str()
    {
        "" => 1,
        "K" | "KIB" => 1 << 10,
        "M" | "MIB" => 1 << 20,
        "G" | "GIB" => 1 << 30,
        _ => return Err(format!("{text:?} is no size: write 500K, 100M or 1G")),
    };
    let number = digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit));
    number.ok_or_else(|| format!("{text:?} is no size: write 500K, 100M or 1G"))
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    let parsed = match text.parse::<i64>() {
        Ok(seconds) => Ok(SignedDuration::from_secs(seconds)),
        Err(_) => text
            .parse::<SignedDuration>()
            .map_err(|_| format!("{text:?} is no duration: write 30s, 5m or 1h30m")),
    }?;
    if parsed.is_negative() {
        Err("a duration may not be negative".to_owned())
    } else {
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_hold() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_written_as_people_write_them() {
        assert_eq!(duration("90").unwrap().as_secs(), 90);
        assert_eq!(duration("5m").unwrap().as_secs(), 300);
        assert_eq!(duration("1h30m").unwrap().as_secs(), 5_400);
        assert!(duration("soon").is_err());
        assert!(duration("-5s").is_err());
    }

    #[test]
    fn sizes_are_written_as_people_write_them() {
        assert_eq!(
            (size("10"), size("2k"), size("3MiB")),
            (Ok(10), Ok(2048), Ok(3 << 20))
        );
        assert!(size("big").is_err() && size("1T").is_err() && size("99999999999G").is_err());
    }

    #[test]
    fn flags_of_the_cluster_may_follow_the_command() {
        let cli = Cli::try_parse_from([
            "k8stui",
            "analyze",
            "-n",
            "shop",
            "-n",
            "pay",
            "--context",
            "blue",
        ])
        .unwrap();
        assert_eq!(cli.cluster.namespaces, ["shop", "pay"]);
        let scope = cli.cluster.scope(&"default".into());
        assert_eq!((scope.namespaces.len(), scope.fallback), (2, None));
        assert!(Cli::try_parse_from(["k8stui", "-A", "-n", "shop"]).is_err());
    }
}
