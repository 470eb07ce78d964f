//! `k8stui playbook`: what is known of faults, and a trial of a file that a person has written.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::analyzers::{files, text};
use super::args::{Cli, Output, PlaybookCommand};
use super::look::{ALL, dossier, look};
use super::{CouldNot, OK};
use crate::app::config::Dirs;
use crate::engine::analyzers::logs::{LogLine, digest};
use crate::engine::evidence::{Evidence, Numbered, Source};
use crate::engine::finding::{Finding, Severity};
use crate::engine::object::{Kind, ObjectRef, Text};
use crate::engine::playbook::{Case, Entry, Playbook};
use crate::engine::problem::Diagnosis;
use crate::views::text::escape::clean;

/// Runs `k8stui playbook …`.
///
/// # Errors
/// A file cannot be read or used: with its line and column. There is no cluster to try it on.
pub async fn run(cli: &Cli, command: &PlaybookCommand, out: &mut impl Write) -> Result<u8, CouldNot> {
    match command {
        PlaybookCommand::List { output } => {
            let (_, dirs) = super::settings::read(cli)?;
            list(dirs.as_ref(), *output, out)
        }
        PlaybookCommand::Test {
            file,
            finding,
            output,
        } => {
            let name = file.display().to_string();
            let source = text(file)?;
            let playbook = Playbook::parse([(name.as_str(), source.as_str())])
                .map_err(|error| CouldNot(error.to_string()))?;
            let tried = match finding {
                Some(finding) => vec![on_finding(&playbook, finding)?],
                None => on_cluster(cli, &playbook).await?,
            };
            tell(&name, &playbook, &tried, *output, out)
        }
    }
}

/// A person's own files, name and text.
///
/// # Errors
/// One is there and cannot be read.
pub fn own(dirs: Option<&Dirs>) -> Result<Vec<(String, String)>, CouldNot> {
    dirs.map_or_else(|| Ok(Vec::new()), |dirs| files(&dirs.playbook()))
}

fn list(dirs: Option<&Dirs>, output: Output, out: &mut impl Write) -> Result<u8, CouldNot> {
    let (playbook, errors) = Playbook::with_own(&own(dirs)?);
    if output == Output::Json {
        let entries: Vec<Entry<'_>> = playbook.entries().collect();
        serde_json::to_writer_pretty(&mut *out, &entries).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        for entry in playbook.entries() {
            writeln!(
                out,
                "{}  ({}; {})",
                clean(&known_as(&entry)),
                entry.confidence.name(),
                clean(&place(&entry))
            )?;
            for when in &entry.when {
                writeln!(out, "    when {}", clean(when))?;
            }
            for unless in &entry.unless {
                writeln!(out, "    unless {}", clean(unless))?;
            }
        }
    }
    // What is sound was listed; what is not is said, and is the reason for the exit code.
    match errors.first() {
        Some(error) => Err(CouldNot(error.to_string())),
        None => Ok(OK),
    }
}

/// `env-missing: ContainerCrashLoop, ContainerExited`.
fn known_as(entry: &Entry<'_>) -> String {
    let codes = entry.codes.join(", ");
    entry
        .name
        .map_or(codes.clone(), |name| format!("{name}: {codes}"))
}

fn place(entry: &Entry<'_>) -> String {
    format!("{}:{}", entry.file, entry.line)
}

/// What a file was tried on, and what it says of it.
#[derive(Serialize)]
struct Tried {
    /// A problem's id and title, or the finding's code and title.
    about: String,
    /// The signatures that fit: the first is the one that explains it.
    fits: Vec<Fit>,
}

#[derive(Serialize)]
struct Fit {
    name: Option<String>,
    file: String,
    line: u64,
    diagnosis: Diagnosis,
}

fn tried(playbook: &Playbook, about: String, case: &Case<'_>) -> Tried {
    let fits = playbook.fitting(case).into_iter();
    Tried {
        about,
        fits: fits
            .map(|(entry, diagnosis)| Fit {
                name: entry.name.map(str::to_owned),
                file: entry.file.to_owned(),
                line: entry.line,
                diagnosis,
            })
            .collect(),
    }
}

async fn on_cluster(cli: &Cli, playbook: &Playbook) -> Result<Vec<Tried>, CouldNot> {
    let seen = look(cli, ALL).await?;
    let mut all = Vec::new();
    for problem in &seen.snapshot.problems {
        let Some(root) = problem.root() else { continue };
        let known = dossier(&seen, &problem.id).await?;
        let own = known.logs.iter().filter(|log| {
            log.pod == root.finding.object
                && root
                    .finding
                    .container
                    .as_ref()
                    .is_none_or(|name| *name == log.container)
        });
        let logs: Vec<_> = own.map(|log| &log.digest).collect();
        let case = Case {
            logs: &logs,
            ..Case::new(&root.finding, &problem.evidence)
        };
        all.push(tried(
            playbook,
            format!("{} {}", problem.id, problem.title),
            &case,
        ));
    }
    Ok(all)
}

/// A finding as a person writes it to try a signature on it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    code: String,
    title: String,
    #[serde(default)]
    message: String,
    /// `Pod/shop/web-1`.
    object: String,
    /// `Deployment/shop/web`.
    owner: Option<String>,
    culprit: Option<String>,
    container: Option<String>,
    #[serde(default)]
    evidence: Vec<WrittenFact>,
    /// What the container logged.
    #[serde(default)]
    log: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFact {
    #[serde(rename = "type")]
    kind: FactKind,
    /// The path of a field or a change, the reason of an event.
    #[serde(default, alias = "reason")]
    path: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum FactKind {
    Field,
    Event,
    Log,
    Change,
    Related,
}

fn on_finding(playbook: &Playbook, path: &Path) -> Result<Tried, CouldNot> {
    let written: Written = serde_saphyr::from_str(&text(path)?).map_err(|error| {
        let place = error
            .location()
            .map_or_else(String::new, |at| format!(":{}:{}", at.line(), at.column()));
        CouldNot(format!("{}{place}: {}", path.display(), error.without_snippet()))
    })?;
    let object = reference(&written.object)?;
    let mut finding = Finding::new(
        &written.code,
        Severity::Critical,
        object.clone(),
        written.title.as_str(),
    );
    finding.message = written.message.as_str().into();
    finding.container = written.container.as_deref().map(Into::into);
    if let Some(owner) = &written.owner {
        finding.owner = reference(owner)?;
    }
    finding.culprit = written.culprit.as_deref().map(reference).transpose()?;
    let container: Text = written.container.as_deref().unwrap_or_default().into();
    let evidence: Vec<Numbered> = (1..)
        .zip(&written.evidence)
        .map(|(n, fact)| Numbered {
            n,
            evidence: Evidence {
                object: object.clone(),
                source: source(&fact.kind, &fact.path, &container),
                time: None,
                text: fact.text.as_str().into(),
            },
        })
        .collect();
    let lines: Vec<LogLine> = written
        .log
        .lines()
        .map(|text| LogLine {
            time: None,
            text: text.into(),
        })
        .collect();
    let digest = digest("", &lines, false);
    let case = Case {
        logs: &[&digest],
        ..Case::new(&finding, &evidence)
    };
    Ok(tried(
        playbook,
        format!("{} {}", written.code, written.title),
        &case,
    ))
}

fn source(kind: &FactKind, path: &str, container: &Text) -> Source {
    match kind {
        FactKind::Field => Source::Field { path: path.into() },
        FactKind::Change => Source::Change {
            path: path.into(),
            what: path.into(),
            old: None,
            new: None,
            origin: "".into(),
        },
        FactKind::Event => Source::Event {
            reason: path.into(),
            count: 1,
        },
        FactKind::Log => Source::Log {
            container: container.clone(),
            container_id: "".into(),
            previous: false,
        },
        FactKind::Related => Source::Related,
    }
}

/// `Pod/shop/web-1`, `Node/worker-1`.
fn reference(path: &str) -> Result<ObjectRef, CouldNot> {
    let parts: Vec<&str> = path.split('/').collect();
    let (kind, namespace, name) = match parts.as_slice() {
        [kind, name] => (*kind, "", *name),
        [kind, namespace, name] => (*kind, *namespace, *name),
        _ => {
            return Err(CouldNot(format!(
                "{path:?} names no object: write Kind/namespace/name"
            )));
        }
    };
    let api_version = Kind::from_name(kind).map_or_else(|| "v1".to_owned(), Kind::api_version);
    Ok(ObjectRef::new(&api_version, kind, namespace, name))
}

fn tell(
    file: &str,
    playbook: &Playbook,
    all: &[Tried],
    output: Output,
    out: &mut impl Write,
) -> Result<u8, CouldNot> {
    let fitting = all.iter().filter(|one| !one.fits.is_empty());
    if output == Output::Json {
        let fitting: Vec<&Tried> = fitting.collect();
        serde_json::to_writer_pretty(&mut *out, &fitting).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(OK);
    }
    let count = fitting.clone().count();
    writeln!(
        out,
        "{}: sound, {} signatures",
        clean(file),
        playbook.entries().count()
    )?;
    writeln!(out, "it explains {count} of {} that it was tried on", all.len())?;
    for one in fitting {
        writeln!(out, "\n{}", clean(&one.about))?;
        for fit in &one.fits {
            let said = &fit.diagnosis;
            let name = fit.name.as_deref().unwrap_or_default();
            writeln!(
                out,
                "  {}:{} {} [{}]",
                clean(&fit.file),
                fit.line,
                clean(name),
                said.confidence.name()
            )?;
            writeln!(out, "      cause: {}", clean(&said.cause))?;
            writeln!(out, "      fix: {}", clean(&said.fix))?;
            if let Some(docs) = &said.docs {
                writeln!(out, "      docs: {}", clean(docs))?;
            }
            for command in &said.commands {
                let sign = if command.mutates { "⚠" } else { "✓" };
                writeln!(out, "      {sign} {}", clean(&command.command))?;
            }
        }
    }
    Ok(OK)
}
