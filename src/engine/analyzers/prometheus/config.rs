//! The configuration file, as far as it is judged.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::relabel::{self, Rule};
use super::{Fault, INVALID, NO_SCRAPES, duration};
use crate::engine::finding::Severity;

#[derive(Default, Deserialize)]
struct Config {
    #[serde(default)]
    global: Option<Spanned<Value>>,
    #[serde(default)]
    scrape_configs: Option<Vec<Spanned<Value>>>,
    #[serde(default)]
    scrape_config_files: Option<Vec<Value>>,
}

/// Prometheus' own, where `global` does not say.
const DEFAULT_INTERVAL: u64 = 60_000;

/// What is wrong with a configuration.
pub fn faults(text: &str, receives: bool) -> Vec<Fault> {
    let options = serde_saphyr::options! { strict_booleans: true };
    // A file of nothing is a whole configuration.
    let read: Result<Option<Config>, _> = serde_saphyr::from_str_with_options(text, options);
    let config = match read {
        Ok(config) => config.unwrap_or_default(),
        Err(error) => {
            let line = error.location().map_or(1, |at| at.line());
            let what = error.without_snippet().to_string();
            return vec![invalid("", line, format!("line {line}: {what}"), Vec::new())];
        }
    };
    let mut faults = Vec::new();
    let global = config.global.as_ref();
    if let Some(global) = global {
        let line = global.defined.line();
        for key in ["scrape_interval", "scrape_timeout", "evaluation_interval"] {
            faults.extend(bad_duration("", line, &global.value, key));
        }
    }
    let interval = global.and_then(|global| time(&global.value, "scrape_interval"));
    let jobs = config.scrape_configs.unwrap_or_default();
    let elsewhere = config.scrape_config_files.is_some_and(|files| !files.is_empty());
    if jobs.is_empty() && !elsewhere && !receives {
        faults.push(Fault {
            code: NO_SCRAPES,
            severity: Severity::Warning,
            job: String::new(),
            line: 1,
            title: "it scrapes nothing: there are no scrape_configs".to_owned(),
            message: "Without scrape_configs Prometheus collects no metrics; every alert stays silent."
                .to_owned(),
            shown: Vec::new(),
        });
    }
    let mut named: BTreeMap<String, u64> = BTreeMap::new();
    for job in &jobs {
        let line = job.defined.line();
        let name = job.value.get("job_name").and_then(scalar).unwrap_or_default();
        if name.is_empty() {
            let title = "a scrape configuration has no job_name".to_owned();
            faults.push(invalid("", line, title, Vec::new()));
        } else if let Some(first) = named.get(&name) {
            let shown = vec![format!("the first is on line {first}")];
            faults.push(invalid(&name, line, format!("two jobs are called {name}"), shown));
            continue;
        }
        faults.extend(job_faults(
            &name,
            line,
            &job.value,
            interval.unwrap_or(DEFAULT_INTERVAL),
        ));
        named.insert(name, line);
    }
    // Of one code and job one is told: the first is what Prometheus stops at.
    let mut told = std::collections::BTreeSet::new();
    faults.retain(|fault| told.insert((fault.code, fault.job.clone())));
    faults
}

fn job_faults(name: &str, line: u64, job: &Value, interval: u64) -> Vec<Fault> {
    let mut faults = Vec::new();
    for key in ["scrape_interval", "scrape_timeout"] {
        faults.extend(bad_duration(name, line, job, key));
    }
    let interval = time(job, "scrape_interval").unwrap_or(interval);
    if time(job, "scrape_timeout").is_some_and(|timeout| timeout > interval) {
        let title = "its scrape_timeout is longer than its scrape_interval".to_owned();
        faults.push(invalid(name, line, title, Vec::new()));
    }
    for key in ["relabel_configs", "metric_relabel_configs"] {
        let rules = job.get(key).and_then(Value::as_array);
        let rules: Vec<Rule> = rules.into_iter().flatten().map(Rule::of).collect();
        let explained = || rules.iter().map(Rule::explained).collect::<Vec<_>>();
        for rule in &rules {
            if let Some(why) = rule.refused() {
                faults.push(invalid(name, line, format!("{key}: {why}"), explained()));
            }
        }
        // Metrics bring their own labels: of them nothing is known here.
        if key == "relabel_configs"
            && let Some((code, severity, title, message)) = relabel::wrong(job, &rules)
        {
            faults.push(Fault {
                code,
                severity,
                job: name.to_owned(),
                line,
                title: format!("job {name}: {title}"),
                message,
                shown: explained(),
            });
        }
    }
    faults
}

fn bad_duration(job: &str, line: u64, of: &Value, key: &str) -> Option<Fault> {
    let text = scalar(of.get(key)?)?;
    // Templates fill these in before Prometheus reads them.
    let filled_in = text.contains('$');
    (!filled_in && duration::milliseconds(&text).is_none()).then(|| {
        let title = format!("{key}: {text:?} is no duration: write 15s or 1m30s");
        invalid(job, line, title, Vec::new())
    })
}

fn time(of: &Value, key: &str) -> Option<u64> {
    duration::milliseconds(&scalar(of.get(key)?)?)
}

fn invalid(job: &str, line: u64, title: String, shown: Vec<String>) -> Fault {
    let of = if job.is_empty() {
        String::new()
    } else {
        format!(" (job {job})")
    };
    Fault {
        code: INVALID,
        severity: Severity::Warning,
        job: job.to_owned(),
        line,
        message: format!(
            "Line {line}{of}: {title}. Prometheus refuses the file: one that runs keeps the configuration it had, one that \
             starts ends."
        ),
        title,
        shown,
    }
}

/// A scalar as Prometheus reads it where it wants a text.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
