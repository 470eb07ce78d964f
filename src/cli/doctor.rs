//! `k8stui doctor`: what the program needs, looked at one by one, each with what to do where it is not there.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use super::args::Cli;
use super::look::OwnTerminal;
use super::{COULD_NOT, CouldNot, OK, source};
use crate::app::config::{Config, Dirs};
use crate::app::theme::Theme;
use crate::engine::cluster::files::{Broken, Reach};
use crate::engine::cluster::{FailureKind, Files, Live};
use crate::engine::object::{Kind, Text};
use crate::engine::remote;

/// So many namespaces are named.
const NAMED: usize = 5;

/// How a check went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be.
    Good,
    /// It works, with less.
    Poor,
    /// It does not work.
    Bad,
}

/// One check.
pub struct Check {
    verdict: Verdict,
    what: &'static str,
    said: String,
}

impl Check {
    /// A check that went so.
    pub fn new(verdict: Verdict, what: &'static str, said: impl Into<String>) -> Self {
        Self {
            verdict,
            what,
            said: said.into(),
        }
    }
}

/// Checks everything; exits with 2 where the console could not run.
pub async fn run(cli: &Cli, out: &mut impl Write) -> Result<u8, CouldNot> {
    let mut checks = vec![terminal()];
    let (config, check) = configuration(cli);
    checks.push(check);
    checks.push(theme(cli, &config));
    checks.extend(cluster(cli).await);
    checks.extend(super::answers::checks(&config).await);
    checks.extend(custom_analyzers(cli, &config).await);
    for Check { verdict, what, said } in &checks {
        let sign = match verdict {
            Verdict::Good => "✓",
            Verdict::Poor => "⚠",
            Verdict::Bad => "✖",
        };
        writeln!(
            out,
            "{sign} {what:<14} {}",
            crate::views::text::escape::clean(said)
        )?;
    }
    let bad = checks.iter().any(|check| check.verdict == Verdict::Bad);
    Ok(if bad { COULD_NOT } else { OK })
}

/// Asks every custom analyzer, each for as long as it may take.
async fn custom_analyzers(cli: &Cli, config: &Config) -> Vec<Check> {
    let dirs = Dirs::find(|name| std::env::var(name).ok());
    let mut checks = Vec::new();
    for analyzer in super::settings::remote(cli, config, dirs.as_ref()) {
        let name = &analyzer.name;
        checks.push(match remote::answer(&analyzer).await {
            Ok(said) => Check::new(
                Verdict::Good,
                "analyzer",
                format!("{name} answers, with {} results", said.len()),
            ),
            Err(error) => Check::new(Verdict::Poor, "analyzer", format!("{name}: {error}")),
        });
    }
    checks
}

fn terminal() -> Check {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        let said = "this is no terminal: the console needs one; `k8stui analyze` does not";
        return Check::new(Verdict::Poor, "terminal", said);
    }
    match crossterm::terminal::size() {
        Ok((columns, rows)) if columns < 40 || rows < 12 => Check::new(
            Verdict::Poor,
            "terminal",
            format!("{columns}x{rows}: the console needs 40x12"),
        ),
        Ok((columns, rows)) => Check::new(Verdict::Good, "terminal", format!("{columns}x{rows}")),
        Err(error) => Check::new(
            Verdict::Poor,
            "terminal",
            format!("its size cannot be read: {error}"),
        ),
    }
}

fn configuration(cli: &Cli) -> (Config, Check) {
    let path =
        cli.console.config.clone().or_else(|| {
            Dirs::find(|name| std::env::var(name).ok()).map(|dirs| dirs.config.join("config.toml"))
        });
    let Some(path) = path else {
        let check = Check::new(
            Verdict::Poor,
            "configuration",
            "there is no home folder: defaults hold, nothing is kept",
        );
        return (Config::default(), check);
    };
    if cli.console.config.is_some() && !path.exists() {
        let said = format!("{} is not there", path.display());
        return (Config::default(), Check::new(Verdict::Bad, "configuration", said));
    }
    match Config::load(&path) {
        Ok(config) if path.exists() => (
            config,
            Check::new(Verdict::Good, "configuration", path.display().to_string()),
        ),
        Ok(config) => (
            config,
            Check::new(
                Verdict::Good,
                "configuration",
                format!("defaults ({} is not there)", path.display()),
            ),
        ),
        Err(error) => (
            Config::default(),
            Check::new(Verdict::Bad, "configuration", error.to_string()),
        ),
    }
}

fn theme(cli: &Cli, config: &Config) -> Check {
    let name = cli.console.theme.as_deref().unwrap_or(&config.theme);
    let folder = Dirs::find(|name| std::env::var(name).ok()).map(|dirs| dirs.config.join("themes"));
    match Theme::load(name, folder.as_deref()) {
        Ok(_) => Check::new(Verdict::Good, "theme", name),
        Err(error) => Check::new(Verdict::Bad, "theme", error.to_string()),
    }
}

async fn cluster(cli: &Cli) -> Vec<Check> {
    if cli.cluster.from.is_some() {
        return match source::files(&cli.cluster).await {
            Ok(files) => input(&files),
            Err(error) => vec![Check::new(Verdict::Bad, "files", error.to_string())],
        };
    }
    let live = match Live::new(&cli.cluster.access(), Arc::new(OwnTerminal)).await {
        Ok(live) => live,
        Err(failure) => return vec![Check::new(Verdict::Bad, "kubeconfig", failure.to_string())],
    };
    let mut checks = vec![Check::new(
        Verdict::Good,
        "kubeconfig",
        format!("context {}, namespace {}", live.context, live.namespace),
    )];
    match live.json("/version", "application/json").await {
        Ok(version) => {
            let version = version
                .get("gitVersion")
                .and_then(|text| text.as_str())
                .unwrap_or("of unknown version");
            checks.push(Check::new(
                Verdict::Good,
                "connection",
                format!("API server {version}"),
            ));
        }
        Err(failure) => {
            checks.push(Check::new(Verdict::Bad, "connection", failure.to_string()));
            return checks;
        }
    }
    checks.extend(rights(cli, &live).await);
    checks
}

/// What is in the files.
fn input(files: &Files) -> Vec<Check> {
    let kinds = files.kinds();
    let objects: u64 = kinds.values().sum();
    let version = match &*files.server_version {
        "" => "of unknown version",
        version => version,
    };
    let said = format!(
        "{}: cluster {}, {version}, as of {}",
        files.name, files.id, files.at
    );
    let mut checks = vec![Check::new(Verdict::Good, "files", said)];
    let said = format!(
        "{objects} of {} kinds; logs of {} containers",
        kinds.len(),
        files.logs()
    );
    checks.push(Check::new(Verdict::Good, "objects", said));
    for kind in Kind::ALL {
        let of = (kind.name().into(), kind.group().into());
        let count = kinds.get(&of).copied().unwrap_or_default();
        let (verdict, said) = match (files.reach(*kind), files.why_unreadable(*kind)) {
            (Some(Reach::Everywhere), _) => (Verdict::Good, format!("{count}, in all namespaces")),
            (Some(Reach::In(places)), _) => {
                let names: Vec<&str> = places.iter().take(NAMED).map(|place| &**place).collect();
                let more = places.len().saturating_sub(names.len());
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                (Verdict::Good, format!("{count}, in {}{more}", names.join(", ")))
            }
            (Some(Reach::Some), _) => (Verdict::Good, format!("{count}; perhaps there are more")),
            (Some(Reach::Torn), _) => (Verdict::Poor, format!("{count}, and perhaps not all")),
            (None, Some(why)) if !why.is_empty() => (Verdict::Poor, why.to_string()),
            (None, _) => (
                Verdict::Poor,
                "not in the files: nothing can be said of them".to_owned(),
            ),
        };
        checks.push(Check::new(verdict, "kind", format!("{}: {said}", kind.name())));
    }
    let known: Vec<(Text, Text)> = Kind::ALL
        .iter()
        .map(|kind| (kind.name().into(), kind.group().into()))
        .collect();
    let others: Vec<String> = kinds
        .iter()
        .filter(|(of, _)| !known.contains(of))
        .map(|((kind, group), count)| {
            let dot = if group.is_empty() { "" } else { "." };
            format!("{count} {kind}{dot}{group}")
        })
        .collect();
    if !others.is_empty() {
        checks.push(Check::new(Verdict::Good, "others", others.join(", ")));
    }
    for Broken { file, line, why } in &files.broken {
        let line = line.map_or(String::new(), |line| format!(", line {line}"));
        checks.push(Check::new(
            Verdict::Poor,
            "broken",
            format!("{file}{line}: {why}"),
        ));
    }
    if files.more_broken > 0 {
        let said = format!("{} more parts", files.more_broken);
        checks.push(Check::new(Verdict::Poor, "broken", said));
    }
    checks
}

/// What may be read: each kind is asked for one object.
async fn rights(cli: &Cli, live: &Arc<Live>) -> Vec<Check> {
    let scope = cli.cluster.scope(&live.namespace);
    let namespace = scope.namespaces.first().cloned();
    let asked = Kind::ALL.iter().map(|kind| {
        let path = format!("{}?limit=1", kind.path(namespace.as_deref()));
        async move { (*kind, live.json(&path, kind.form().list()).await) }
    });
    let answers = futures::future::join_all(asked).await;
    let mut readable = 0;
    let mut checks = Vec::new();
    for (kind, answer) in answers {
        match answer {
            Ok(_) => readable += 1,
            Err(failure) => {
                let core = kind == Kind::Pod && failure.kind != FailureKind::Forbidden;
                checks.push(Check::new(
                    if core { Verdict::Bad } else { Verdict::Poor },
                    "rights",
                    failure.to_string(),
                ));
            }
        }
    }
    let said = format!("{readable} of {} kinds can be read", Kind::ALL.len());
    let verdict = if readable == 0 {
        Verdict::Bad
    } else {
        Verdict::Good
    };
    checks.insert(0, Check::new(verdict, "rights", said));
    checks
}
