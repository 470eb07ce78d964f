//! `k8stui analyzers`: what is looked at, and a trial of a file that a person has written.

use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::args::{AnalyzersCommand, Cli, Output};
use super::{CouldNot, OK};
use crate::app::config::{Config, Dirs};
use crate::engine::analyzers::codes::{Section, sections};
use crate::engine::analyzers::custom::{CODES, Resource};
use crate::engine::analyzers::declared::{Catalog, Declared, Objects};
use crate::engine::analyzers::{self, Analysis, prometheus};
use crate::engine::filter;
use crate::views::text::escape::clean;

/// Runs `k8stui analyzers …`.
///
/// # Errors
/// A file cannot be read or used: with its line and column.
pub fn run(cli: &Cli, command: &AnalyzersCommand, out: &mut impl Write) -> Result<u8, CouldNot> {
    match command {
        AnalyzersCommand::List { output } => {
            let (config, dirs) = super::settings::read(cli)?;
            list(&config, dirs.as_ref(), *output, out)
        }
        AnalyzersCommand::Test { file, object } => {
            let now = cli.cluster.now.unwrap_or_else(Timestamp::now);
            test(file, object.as_deref(), now, out)
        }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    name: String,
    group: &'a str,
    kinds: Vec<&'a str>,
    /// `built in`, or the file.
    source: &'a str,
    about: &'a str,
    codes: Vec<Code<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
    means: &'a str,
}

fn listed(declared: &Declared) -> Listed<'_> {
    Listed {
        name: declared.kinds.join(", "),
        group: &declared.group,
        kinds: declared.kinds.iter().map(String::as_str).collect(),
        source: &declared.file,
        about: declared.about.trim(),
        codes: declared
            .rules()
            .iter()
            .map(|rule| Code {
                code: &rule.code,
                means: rule.means.trim(),
            })
            .collect(),
    }
}

/// Said of the analyzers that are asked apart.
const POSTURE: &str =
    "what is allowed more than need be; asked for with --severity info or --filter Security";

fn in_short(codes: &[analyzers::Code]) -> Vec<Code<'static>> {
    let in_short = codes.iter().map(|code| Code {
        code: code.code,
        means: code.meaning,
    });
    in_short.collect()
}

fn of_section<'a>(section: &'a Section, about: &'a str) -> Listed<'a> {
    Listed {
        name: section.name(),
        group: section.group().unwrap_or("*"),
        kinds: section.kinds.iter().map(|kind| kind.name()).collect(),
        source: "built in",
        about,
        codes: in_short(&section.codes),
    }
}

fn list(config: &Config, dirs: Option<&Dirs>, output: Output, out: &mut impl Write) -> Result<u8, CouldNot> {
    let own = own(dirs)?;
    let all = own
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .chain(Catalog::builtin_files());
    let (catalog, errors) = Catalog::parse(all);
    let native = sections(&analyzers::all());
    let posture = sections(&analyzers::posture());
    let mut entries: Vec<Listed<'_>> = native.iter().map(|section| of_section(section, "")).collect();
    entries.extend(posture.iter().map(|section| of_section(section, POSTURE)));
    entries.extend(catalog.all().iter().map(listed));
    entries.push(Listed {
        name: "any custom resource".to_owned(),
        group: "*",
        kinds: vec!["*"],
        source: "built in",
        about: "what status says by the conventions of the ecosystem, where nothing above says more",
        codes: in_short(CODES),
    });
    entries.push(Listed {
        name: "the configuration of a running Prometheus".to_owned(),
        group: "",
        kinds: vec!["ConfigMap"],
        source: "built in",
        about: "read from the ConfigMap that its pod mounts",
        codes: in_short(prometheus::CODES),
    });
    entries.extend(config.custom_analyzers.iter().map(|one| Listed {
        name: filter::remote(one.name()).name,
        group: "*",
        kinds: vec!["*"],
        source: "config.toml",
        about: &one.url,
        codes: Vec::new(),
    }));
    if output == Output::Json {
        serde_json::to_writer_pretty(&mut *out, &entries).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        for entry in &entries {
            let group = if entry.group.is_empty() {
                "core"
            } else {
                entry.group
            };
            writeln!(out, "{}  ({group}; {})", clean(&entry.name), clean(entry.source))?;
            if !entry.about.is_empty() {
                writeln!(out, "    {}", clean(entry.about))?;
            }
            for Code { code, means } in &entry.codes {
                writeln!(out, "    {code}: {}", clean(means))?;
            }
        }
    }
    // What is sound was listed; what is not is said, and is the reason for the exit code.
    match errors.first() {
        Some(error) => Err(CouldNot(error.to_string())),
        None => Ok(OK),
    }
}

/// A person's own files, name and text.
///
/// # Errors
/// One is there and cannot be read.
pub fn own(dirs: Option<&Dirs>) -> Result<Vec<(String, String)>, CouldNot> {
    dirs.map_or_else(|| Ok(Vec::new()), |dirs| files(&dirs.analyzers()))
}

/// The files of a folder, in order of name; a folder that is not there has none.
fn files(folder: &Path) -> Result<Vec<(String, String)>, CouldNot> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(CouldNot(format!("cannot read {}: {error}", folder.display()))),
    };
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "yaml" || end == "yml"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| Ok((path.display().to_string(), text(path)?)))
        .collect()
}

fn text(path: &Path) -> Result<String, CouldNot> {
    std::fs::read_to_string(path)
        .map_err(|error| CouldNot(format!("cannot read {}: {error}", path.display())))
}

/// Objects as kubectl prints them: one, a list, or several documents; YAML or JSON.
fn objects(path: &Path) -> Result<Vec<Value>, CouldNot> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text(path)?)
        .map_err(|error| CouldNot(format!("{}: {}", path.display(), error.without_snippet())))?;
    Ok(documents
        .into_iter()
        .flat_map(|document| match document.get("items") {
            Some(Value::Array(items)) => items.clone(),
            _ => vec![document],
        })
        .collect())
}

fn test(file: &Path, object: Option<&Path>, now: Timestamp, out: &mut impl Write) -> Result<u8, CouldNot> {
    let name = file.display().to_string();
    let source = text(file)?;
    let (catalog, errors) = Catalog::parse([(name.as_str(), source.as_str())]);
    if let Some(error) = errors.first() {
        return Err(CouldNot(error.to_string()));
    }
    let rules: usize = catalog.all().iter().map(|declared| declared.rules().len()).sum();
    writeln!(
        out,
        "{}: sound, {} analyzers with {rules} findings",
        clean(&name),
        catalog.all().len()
    )?;
    let Some(object) = object else {
        return Ok(OK);
    };
    let objects = objects(object)?;
    let near = Objects::new(&objects, &[]);
    for value in &objects {
        let resource = Resource::new(value);
        if catalog.about(resource.group(), resource.kind()).next().is_none() {
            continue;
        }
        let mut trouble = Vec::new();
        let Analysis { findings, look_again } = catalog.analyze(resource, &near, now, &mut trouble);
        writeln!(out, "\n{}", clean(&resource.object().path()))?;
        if findings.is_empty() {
            writeln!(out, "  nothing found")?;
        }
        for finding in &findings {
            writeln!(
                out,
                "  {} {} {}",
                finding.severity.sign(),
                finding.code,
                clean(&finding.title)
            )?;
            for line in finding.message.lines() {
                writeln!(out, "      {}", clean(line))?;
            }
            if let Some(culprit) = &finding.culprit {
                writeln!(out, "      culprit: {}", clean(&culprit.path()))?;
            }
            for fact in &finding.evidence {
                let place = match &fact.source {
                    crate::engine::evidence::Source::Field { path } => &**path,
                    _ => "",
                };
                writeln!(
                    out,
                    "      {} {}: {}",
                    clean(&fact.object.path()),
                    clean(place),
                    clean(&fact.text)
                )?;
            }
        }
        if let Some(again) = look_again {
            writeln!(out, "  would be looked at again at {again}")?;
        }
        for one in &trouble {
            writeln!(
                out,
                "  {}: makes no sense here: {} ({})",
                clean(&one.code),
                clean(one.expression.trim()),
                clean(&one.why)
            )?;
        }
    }
    Ok(OK)
}
