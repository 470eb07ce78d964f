//! The codes of findings in the logs of pods that do not fail.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[Code {
    code: "LogShowsError",
    severity: &[Warning, Info],
    meaning: "a container that does its work logs an error",
    fires: "Only where it was asked for (`--filter Log`): among the last 1,000 lines of a running container is one of \
         level error or fatal, a stack trace, or one that says so in words. Warning where it has a level or a trace and \
         is of the last hour. 500 logs are read at most, one of each workload first; coverage says how many were not.",
    silent: "Pods with a finding of their own, which reads their logs by itself; words like `errors: 0` and \
         `no failures`; lines of level info; access logs.",
}];
