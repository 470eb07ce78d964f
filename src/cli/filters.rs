//! `k8stui filters`: what is looked at can be switched, part by part, and stays so.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::args::{Cli, FiltersCommand, Output};
use super::{CouldNot, OK, settings};
use crate::app::config::{Config, nearest};
use crate::engine::filter::{self, Filter, Listed};
use crate::views::text::escape::clean;

/// Runs `k8stui filters …`.
///
/// # Errors
/// The configuration cannot be read or written.
pub fn run(cli: &Cli, command: &FiltersCommand, out: &mut impl Write) -> Result<u8, CouldNot> {
    let (config, dirs) = settings::read(cli)?;
    let place = || {
        let named = cli.console.config.clone();
        named
            .or_else(|| dirs.as_ref().map(crate::app::config::Dirs::config_file))
            .ok_or_else(|| CouldNot("there is no configuration folder; name a file with --config".to_owned()))
    };
    match command {
        FiltersCommand::List { output } => {
            let remote = config
                .custom_analyzers
                .iter()
                .map(|one| filter::remote(one.name()));
            list(remote, &off(&config)?, *output, out)
        }
        FiltersCommand::Add { filters } => switch(&place()?, filters, true, out),
        FiltersCommand::Remove { filters } => switch(&place()?, filters, false, out),
    }
}

/// The filters that the configuration switches off.
///
/// # Errors
/// One of them is none.
pub fn off(config: &Config) -> Result<Vec<Filter>, CouldNot> {
    let named = config.filters.off.iter();
    named
        .map(|name| parse(name).map_err(|why| CouldNot(format!("filters.off in the configuration: {why}"))))
        .collect()
}

/// Whether the configuration asks for logs of pods that do not fail.
pub fn skims_logs(config: &Config) -> bool {
    let mut on = config.filters.on.iter().filter_map(|name| Filter::parse(name));
    on.any(|filter| filter.is_log())
}

/// The filter that a word of the command line means.
///
/// # Errors
/// There is none: one line with those that may be meant.
pub fn parse(word: &str) -> Result<Filter, String> {
    Filter::parse(word).ok_or_else(|| {
        let near = near(word);
        let meant = if near.is_empty() {
            "`k8stui filters list` names them, and Kind.group is one too".to_owned()
        } else {
            format!("did you mean {}?", near.join(" or "))
        };
        format!("there is no filter {word:?}; {meant}")
    })
}

/// Up to three names that are like a word: the one with the fewest letters to change, then those that hold it.
fn near(word: &str) -> Vec<String> {
    let names = filter::names();
    let word = word.to_lowercase();
    let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let closest = nearest(&word, lower.iter().map(String::as_str));
    let holds = |name: &str| word.len() > 2 && name.contains(&*word);
    let pairs = || names.iter().zip(&lower);
    let mut found: Vec<String> = pairs()
        .filter(|(_, lower)| Some(lower.as_str()) == closest)
        .chain(pairs().filter(|(_, lower)| Some(lower.as_str()) != closest && holds(lower)))
        .map(|(name, _)| name.clone())
        .collect();
    found.truncate(3);
    found
}

#[derive(Serialize)]
struct Line {
    name: String,
    on: bool,
    about: String,
}

fn list(
    remote: impl Iterator<Item = Listed>,
    off: &[Filter],
    output: Output,
    out: &mut impl Write,
) -> Result<u8, CouldNot> {
    let is_off = |name: &str| off.iter().any(|filter| filter.name() == name);
    let mut lines: Vec<Line> = filter::all()
        .into_iter()
        .chain(remote)
        .map(|listed| Line {
            on: !is_off(&listed.name),
            name: listed.name,
            about: listed.about,
        })
        .collect();
    // What is off is listed in any case, also a kind of which nothing is known here.
    for filter in off {
        if lines.iter().all(|line| line.name != filter.name()) {
            lines.push(Line {
                name: filter.name().to_owned(),
                on: false,
                about: String::new(),
            });
        }
    }
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    if output == Output::Json {
        serde_json::to_writer_pretty(&mut *out, &lines).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(OK);
    }
    let width = lines.iter().map(|line| line.name.len()).max().unwrap_or(0);
    for line in &lines {
        let sign = if line.on { "on " } else { "off" };
        let text = format!("{sign}  {:<width$}  {}", line.name, line.about);
        writeln!(out, "{}", clean(text.trim_end()))?;
    }
    Ok(OK)
}

fn switch(path: &Path, filters: &[Filter], on: bool, out: &mut impl Write) -> Result<u8, CouldNot> {
    let cannot = |what: &str, why: &dyn std::fmt::Display| {
        CouldNot(format!("cannot {what} {}: {why}", path.display()))
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(cannot("read", &error)),
    };
    let switched = rewritten(&text, filters, on).map_err(|why| cannot("change", &why))?;
    if switched != text {
        if let Some(folder) = path.parent().map(PathBuf::from) {
            std::fs::create_dir_all(&folder).map_err(|error| cannot("write", &error))?;
        }
        // In place: the file may be a link into a person's own repository.
        std::fs::write(path, &switched).map_err(|error| cannot("write", &error))?;
    }
    let word = if on { "on" } else { "off" };
    for filter in filters {
        writeln!(out, "{} is {word}", clean(filter.name()))?;
    }
    Ok(OK)
}

/// The configuration with these filters switched; comments and layout stay as they are.
fn rewritten(text: &str, filters: &[Filter], on: bool) -> Result<String, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| error.to_string())?;
    // What is not written is on already.
    let logs = filters.iter().find(|filter| filter.is_log());
    if on && logs.is_none() && document.get("filters").is_none() {
        return Ok(text.to_owned());
    }
    let table = document
        .entry("filters")
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()
        .ok_or("filters is no table")?;
    let means = |value: &Value, filter: &Filter| {
        let written = value.as_str().and_then(Filter::parse);
        written.is_some_and(|written| written == *filter)
    };
    if let Some(logs) = logs
        && (on || table.contains_key("on"))
    {
        let asked = list_of(table, "on")?;
        asked.retain(|value| !means(value, logs));
        if on {
            asked.push(logs.name());
        }
    }
    if on && !table.contains_key("off") {
        return Ok(document.to_string());
    }
    let off = list_of(table, "off")?;
    for filter in filters {
        if on {
            off.retain(|value| !means(value, filter));
        } else if !off.iter().any(|value| means(value, filter)) {
            off.push(filter.name());
        }
    }
    Ok(document.to_string())
}

fn list_of<'a>(table: &'a mut dyn TableLike, name: &str) -> Result<&'a mut Array, String> {
    table
        .entry(name)
        .or_insert_with(|| Item::Value(Value::Array(Array::new())))
        .as_array_mut()
        .ok_or_else(|| format!("filters.{name} is no list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(words: &[&str]) -> Vec<Filter> {
        words.iter().map(|word| parse(word).unwrap()).collect()
    }

    #[test]
    fn comments_and_layout_of_the_configuration_stay() {
        let text = "# mine\ntheme = 'light'   # at night too\n\n[filters]\noff = [\n  'svc', # noisy\n]\n\n[ui]\nmouse = true\n";
        let more = rewritten(text, &filters(&["no", "Service"]), false).unwrap();
        for kept in [
            "# mine",
            "theme = 'light'   # at night too",
            "# noisy",
            "[ui]\nmouse = true",
        ] {
            assert!(more.contains(kept), "{kept} in\n{more}");
        }
        let config = Config::parse(&more, Path::new("config.toml")).unwrap();
        assert_eq!(config.filters.off, ["svc", "Node"], "once, whatever it is called");
        let less = rewritten(&more, &filters(&["services", "NODE"]), true).unwrap();
        let config = Config::parse(&less, Path::new("config.toml")).unwrap();
        assert!(config.filters.off.is_empty(), "{less}");
    }

    #[test]
    fn an_empty_configuration_gets_what_it_needs_and_no_more() {
        assert_eq!(rewritten("", &filters(&["Pod"]), true).unwrap(), "");
        let text = rewritten("", &filters(&["Storage", "widget.example.io"]), false).unwrap();
        assert_eq!(text, "[filters]\noff = [\"Storage\", \"widget.example.io\"]\n");
        assert!(rewritten("filters = 3", &filters(&["Pod"]), false).is_err());
    }

    #[test]
    fn logs_of_what_does_not_fail_are_asked_for_by_adding_them() {
        let added = rewritten("", &filters(&["Log"]), true).unwrap();
        assert_eq!(added, "[filters]\non = [\"Log\"]\n");
        assert_eq!(
            rewritten(&added, &filters(&["logs"]), true).unwrap(),
            added,
            "once"
        );
        let config = Config::parse(&added, Path::new("config.toml")).unwrap();
        assert!(skims_logs(&config) && off(&config).unwrap().is_empty());
        let removed = rewritten(&added, &filters(&["Log"]), false).unwrap();
        let config = Config::parse(&removed, Path::new("config.toml")).unwrap();
        assert!(!skims_logs(&config), "{removed}");
        assert_eq!(config.filters.off, ["Log"]);
    }

    #[test]
    fn an_unknown_name_is_answered_with_what_may_be_meant() {
        assert!(
            parse("Depoyment")
                .unwrap_err()
                .contains("did you mean Deployment")
        );
        assert!(
            parse("webhook")
                .unwrap_err()
                .contains("MutatingWebhookConfiguration or ValidatingWebhookConfiguration")
        );
        assert!(parse("zzz").unwrap_err().contains("filters list"));
    }
}
