//! Words that sum up a status: `phase: Failed`, `health.status: Degraded`, `state: Pending`.

use serde_json::Value;

use super::resource::text;

/// Where such words stand.
const PATHS: &[&[&str]] = &[
    &["phase"],
    &["state"],
    &["health", "status"],
    &["health", "state"],
    &["health"],
    &["status"],
    &["applicationState", "state"],
    &["connectionState", "lastObservedState"],
    &["printableStatus"],
    &["robustness"],
    &["ceph", "health"],
    &["PostgresClusterStatus"],
];

/// Of these only a bad word counts: a volume that nobody uses has unknown robustness.
const ONLY_BAD: &[&str] = &["robustness"];

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It went wrong.
    Bad,
    /// It waits or starts: bad if it lasts.
    Pending,
    /// It has done what it was to do.
    Done,
    /// Somebody wants it off.
    Off,
    /// Good, or unknown.
    Fine,
}

/// A word that sums up a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// Its path: `status.phase`.
    pub path: String,
    /// The word.
    pub said: &'a str,
    /// What it says.
    pub meaning: Meaning,
}

const BAD: &[&str] = &[
    "failed",
    "failure",
    "error",
    "errored",
    "degraded",
    "lost",
    "faulted",
    "dead",
    "unhealthy",
    "invalid",
    "rejected",
    "denied",
    "stalled",
    "timedout",
    "timeout",
    "unreachable",
    "unavailable",
    "healtherr",
    "broken",
    "crashloopbackoff",
    "red",
    "critical",
    "inconsistent",
    "corrupted",
    "transientfailure",
];

const PENDING: &[&str] = &[
    "pending",
    "creating",
    "provisioning",
    "initializing",
    "waiting",
    "notready",
    "unknown",
    "missing",
    "connecting",
];

const DONE: &[&str] = &[
    "succeeded",
    "completed",
    "complete",
    "finished",
    "done",
    "success",
];

const OFF: &[&str] = &[
    "paused",
    "suspended",
    "hibernated",
    "hibernating",
    "stopped",
    "disabled",
    "cancelled",
    "canceled",
];

fn meaning(word: &str) -> Meaning {
    let plain = word.to_ascii_lowercase().replace(['_', '-', ' '], "");
    // `InstallFailed`, `SUBMISSION_FAILED`, `FailedValidation`, `PartiallyFailed`.
    let fails = ["failed", "error", "failure"]
        .iter()
        .any(|part| plain.starts_with(part) || plain.ends_with(part));
    let is = |words: &[&str]| words.contains(&plain.as_str());
    if is(BAD) || fails {
        Meaning::Bad
    } else if is(PENDING) {
        Meaning::Pending
    } else if is(DONE) {
        Meaning::Done
    } else if is(OFF) {
        Meaning::Off
    } else {
        Meaning::Fine
    }
}

/// The words of a status, in the order in which they count.
pub fn words(status: &Value) -> Vec<Word<'_>> {
    PATHS
        .iter()
        .filter_map(|path| {
            let value = path.iter().try_fold(status, |at, key| at.get(key))?;
            let word = value.as_str().filter(|word| !word.is_empty())?;
            let meaning = meaning(word);
            let only_bad = path.iter().any(|key| ONLY_BAD.contains(key));
            Some(Word {
                path: format!("status.{}", path.join(".")),
                said: word,
                meaning: if only_bad && meaning != Meaning::Bad {
                    Meaning::Fine
                } else {
                    meaning
                },
            })
        })
        .collect()
}

/// What a status says besides its conditions, with its path: Cluster API's and others' terminal errors first.
pub fn said(status: &Value) -> Option<(String, &str)> {
    ["failureMessage", "errorMessage", "lastError", "error", "message"]
        .iter()
        .map(|key| (format!("status.{key}"), text(status, key)))
        .chain(std::iter::once((
            "status.health.message".to_owned(),
            status.get("health").map_or("", |health| text(health, "message")),
        )))
        .find(|(_, said)| !said.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_understood_in_any_spelling() {
        for (word, said) in [
            ("Failed", Meaning::Bad),
            ("SUBMISSION_FAILED", Meaning::Bad),
            ("PartiallyFailed", Meaning::Bad),
            ("FailedValidation", Meaning::Bad),
            ("TRANSIENT_FAILURE", Meaning::Bad),
            ("Degraded", Meaning::Bad),
            ("Pending", Meaning::Pending),
            ("Completed", Meaning::Done),
            ("Hibernated", Meaning::Off),
            ("Running", Meaning::Fine),
            ("green", Meaning::Fine),
        ] {
            assert_eq!(meaning(word), said, "{word}");
        }
    }

    #[test]
    fn words_are_found_where_they_are() {
        let status = json!({"health": {"status": "Degraded", "message": "no"}, "phase": ""});
        let found = words(&status);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found.first().map(|word| word.path.as_str()),
            Some("status.health.status")
        );
        assert_eq!(said(&status).map(|(_, said)| said), Some("no"));
    }
}
