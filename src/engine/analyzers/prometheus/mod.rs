//! The configuration of a running Prometheus: what it would refuse, and what in it can never do anything.
//!
//! Pure: the text comes in, findings go out. Which text it is, is said by [`place`]; it is read by the watches. What is
//! judged is kept to what holds for every version: unknown keys are not judged, since they come with versions.

mod config;
mod duration;
mod labels;
mod pattern;
mod place;
mod relabel;

use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::Pod;
use crate::engine::object::{ObjectRef, Text};

pub use self::place::{Place, place, text};
pub use super::codes::prometheus::CODES;

/// Prometheus refuses the configuration: a running one keeps the old, a new one does not start.
const INVALID: &str = "PrometheusConfigInvalid";
/// It scrapes nothing.
const NO_SCRAPES: &str = "PrometheusNoScrapeConfigs";
/// A job's relabel rules keep nothing.
const DROPS_ALL: &str = "PrometheusRelabelDropsAll";
/// A relabel rule reads a label that its targets never have.
const UNKNOWN_LABEL: &str = "PrometheusRelabelUnknownLabel";
/// So many rules of a job are explained.
const MOST_RULES: usize = 20;

/// Whose configuration it is, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The workload that reads it.
    pub owner: ObjectRef,
    /// The ConfigMap that holds it.
    pub map: ObjectRef,
    /// The key in it.
    pub key: Text,
    /// Whether metrics are sent to it: then it may have nothing to scrape.
    pub receives: bool,
}

/// Something wrong, before it is told.
#[derive(Debug)]
struct Fault {
    code: &'static str,
    severity: Severity,
    /// The job that it is about; empty: the file.
    job: String,
    line: u64,
    title: String,
    message: String,
    /// What shows it.
    shown: Vec<String>,
}

/// Whether a pod may be a Prometheus; [`place`] knows better, from the whole pod.
pub fn may_be_prometheus(pod: &Pod) -> bool {
    let labels = &pod.metadata.labels;
    let labelled = ["app", "app.kubernetes.io/name"]
        .iter()
        .any(|key| labels.get(key) == Some("prometheus"));
    let runs = pod.status.phase == "Running" && !pod.is_terminating();
    let mut containers = pod.spec.containers.iter();
    runs && (labelled || containers.any(|one| place::is_prometheus(&one.name, &one.image)))
}

/// What is wrong with a configuration.
pub fn findings(source: &Source, text: &str) -> Vec<Finding> {
    let faults = config::faults(text, source.receives);
    faults.into_iter().map(|fault| finding(source, fault)).collect()
}

fn finding(source: &Source, fault: Fault) -> Finding {
    let mut finding = Finding::new(fault.code, fault.severity, source.map.clone(), fault.title);
    finding.owner = source.owner.clone();
    finding.culprit = Some(source.map.clone());
    finding.message = fault.message.into();
    finding.subject = if fault.job.is_empty() {
        source.key.clone()
    } else {
        format!("{} {}", source.key, fault.job).into()
    };
    let path = format!("data[{}]", source.key);
    let mut shown = fault.shown;
    let more = shown.len().saturating_sub(MOST_RULES);
    shown.truncate(MOST_RULES);
    if more > 0 {
        shown.push(format!("… and {more} more rules"));
    }
    let first = shown.first().map_or(String::new(), |first| format!(": {first}"));
    let at = Evidence::field(
        source.map.clone(),
        path.as_str(),
        format!("line {}{first}", fault.line),
    );
    let rest = shown.iter().enumerate().skip(1);
    let rest = rest.map(|(n, text)| {
        Evidence::field(
            source.map.clone(),
            format!("{path} rule {}", n + 1),
            text.as_str(),
        )
    });
    finding.evidence = std::iter::once(at).chain(rest).collect();
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let source = Source {
            owner: ObjectRef::new("apps/v1", "Deployment", "monitoring", "prometheus"),
            map: ObjectRef::new("v1", "ConfigMap", "monitoring", "prometheus"),
            key: "prometheus.yml".into(),
            receives: false,
        };
        let all = findings(&source, text).into_iter();
        all.map(|one| {
            format!(
                "{} {}: {} | {}",
                one.code, one.subject, one.title, one.evidence[0].text
            )
        })
        .collect()
    }

    #[test]
    fn what_is_told_names_the_job_and_the_line() {
        let text = "scrape_configs:\n- job_name: a\n- job_name: a\n";
        assert_eq!(
            told(text),
            [
                "PrometheusConfigInvalid prometheus.yml a: two jobs are called a | line 3: the first is on line 2"
            ]
        );
        let text = "scrape_configs:\n- job_name: a\n  relabel_configs: {\n";
        assert!(
            told(text)[0].starts_with("PrometheusConfigInvalid prometheus.yml: "),
            "{:?}",
            told(text)
        );
    }
}
