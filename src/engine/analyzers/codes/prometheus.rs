//! The codes of findings about the configuration of a running Prometheus.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "PrometheusConfigInvalid",
        severity: &[Warning],
        meaning: "Prometheus refuses its configuration: a running one keeps the old, a new one does not start",
        fires: "The file is no YAML; two jobs have one name, or one has none; a duration is none; a timeout is above its \
             interval; a relabel rule lacks the target that it needs, has an unknown action or a broken regular \
             expression.",
        silent: "Unknown keys, which come with versions; durations that a template fills in; regular expressions of \
             RE2's own; a configuration that lies in a Secret, which is not read and is a line of coverage.",
    },
    Code {
        code: "PrometheusNoScrapeConfigs",
        severity: &[Warning],
        meaning: "Prometheus scrapes nothing",
        fires: "The configuration has no scrape_configs.",
        silent: "With scrape_config_files, or where metrics are sent to it.",
    },
    Code {
        code: "PrometheusRelabelDropsAll",
        severity: &[Warning],
        meaning: "the relabel rules of a job keep none of its targets",
        fires: "A keep by labels that no target of the job can have, or two that exclude each other.",
        silent: "Labels that labelmap, files or an HTTP discovery may give.",
    },
    Code {
        code: "PrometheusRelabelUnknownLabel",
        severity: &[Info],
        meaning: "a relabel rule reads a label that no target of its job has",
        fires: "Any other action than keep whose source labels no discovery of the job gives.",
        silent: "Labels that labelmap, files or an HTTP discovery may give.",
    },
];
