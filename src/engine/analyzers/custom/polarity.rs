//! Polarity: which status of a condition is the good one. A table, since the types are free text but the ecosystem
//! repeats itself.

use serde::Deserialize;

/// Which status of a condition's type is the good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    /// `True` is good: `Ready`.
    Good,
    /// `True` is bad: `Stalled`.
    Bad,
    /// Something goes on: only `False` with a reason that says a failure is bad (`Progressing`).
    Progress,
    /// `True` is worth a look, no more: `OrphanedResourceWarning`.
    Warns,
    /// Says nothing of health, or nobody knows what it says.
    Neutral,
}

/// What a declared analyzer says of its kind's conditions, where the table does not know or is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conventions {
    /// Types of which `True` is good.
    pub good: Vec<String>,
    /// Types of which `True` is bad.
    pub bad: Vec<String>,
    /// Types that say nothing of health.
    pub ignore: Vec<String>,
    /// How many seconds a start of such a resource may take.
    pub grace: Option<u32>,
}

impl Conventions {
    /// The polarity of a type.
    pub fn polarity(&self, kind: &str) -> Polarity {
        let named = |list: &[String]| list.iter().any(|one| one == kind);
        if named(&self.ignore) {
            Polarity::Neutral
        } else if named(&self.good) {
            Polarity::Good
        } else if named(&self.bad) {
            Polarity::Bad
        } else {
            of(kind)
        }
    }
}

/// Types that sum up the others: their word is the title's.
const SUMMARY: &[&str] = &[
    "Ready",
    "Available",
    "Healthy",
    "Succeeded",
    "Accepted",
    "Programmed",
    "Synced",
    "Installed",
];

/// Types that would be taken for something else by their ending.
const NEUTRAL: &[&str] = &[
    "Active",
    "Approved",
    "Complete",
    "Completed",
    "DisruptionAllowed",
    "InstallPlanPending",
    "Issuing",
    "Paused",
    "Reconciling",
    "Recycled",
    "Terminating",
    "Upgradeable",
    // Cluster Operator of OpenShift: False is the rule.
    "RecentBackup",
];

/// Endings of types of which `True` is bad. Asked before the good ones: `NotReady`, `NetworkUnavailable`.
const BAD: &[&str] = &[
    "Stalled",
    "Failed",
    "Failing",
    "Failure",
    "Degraded",
    "Pressure",
    "Unhealthy",
    "Conflicted",
    "Error",
    "Errors",
    "Errored",
    "NotReady",
    "Unavailable",
    "Unreachable",
    "Unschedulable",
    "Unresolved",
    "Missing",
    "NotFound",
    "Denied",
    "Rejected",
    "Exceeded",
    "Expired",
    "Invalid",
    "Lost",
    "Corrupted",
    "OutOfSync",
    "Blocked",
    "Fallback",
    "ACK.Terminal",
    "ACK.Recoverable",
    "Misconfigured",
    "Faulted",
    "Deadlock",
    "Detached",
];

/// Endings of types of which `True` is good.
const GOOD: &[&str] = &[
    "Ready",
    "Available",
    "Healthy",
    "Synced",
    "Accepted",
    "Programmed",
    "ResolvedRefs",
    "Resolved",
    "Established",
    "Succeeded",
    "Success",
    "Installed",
    "Valid",
    "Validated",
    "Initialized",
    "Reconciled",
    "Provisioned",
    "Connected",
    "Reachable",
    "Bound",
    "Configured",
    "Serving",
    "Deployed",
    "Released",
    "Attached",
    "Applied",
    "Registered",
    "Scheduled",
    "Running",
    "Up",
    "Compatible",
    "Admitted",
    "ContinuousArchiving",
];

fn of(kind: &str) -> Polarity {
    // `apps.example.io/Ready` is `Ready`; `ACK.Terminal` is known by its whole name.
    let name = kind.rsplit('/').next().unwrap_or(kind);
    if NEUTRAL.contains(&name) {
        Polarity::Neutral
    } else if name == "Progressing" {
        Polarity::Progress
    } else if name.ends_with("Warning") {
        Polarity::Warns
    } else if ends(name, BAD) || name.starts_with("Insufficient") || name.starts_with("TooMany") {
        Polarity::Bad
    } else if ends(name, GOOD) {
        Polarity::Good
    } else {
        Polarity::Neutral
    }
}

/// Whether the name ends in one of these words: `WebhookReady` does, `Already` does not.
fn ends(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        name.strip_suffix(word)
            .is_some_and(|before| before.is_empty() || word.starts_with(|first: char| first.is_uppercase()))
    })
}

/// Whether the type sums up the others.
pub fn is_summary(kind: &str) -> bool {
    SUMMARY.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_by_their_ending() {
        for (kind, polarity) in [
            ("Ready", Polarity::Good),
            ("WebhookReady", Polarity::Good),
            ("ACK.ResourceSynced", Polarity::Good),
            ("NotReady", Polarity::Bad),
            ("NetworkUnavailable", Polarity::Bad),
            ("CatalogSourcesUnhealthy", Polarity::Bad),
            ("DiskPressure", Polarity::Bad),
            ("ComparisonError", Polarity::Bad),
            ("PartiallyInvalid", Polarity::Bad),
            ("ACK.Terminal", Polarity::Bad),
            ("InsufficientCapacity", Polarity::Bad),
            ("OrphanedResourceWarning", Polarity::Warns),
            ("Progressing", Polarity::Progress),
            ("Active", Polarity::Neutral),
            ("Issuing", Polarity::Neutral),
            ("Already", Polarity::Neutral),
            ("SomethingOdd", Polarity::Neutral),
        ] {
            assert_eq!(of(kind), polarity, "{kind}");
        }
    }

    #[test]
    fn a_declared_analyzer_knows_better() {
        let own = Conventions {
            ignore: vec!["Ready".to_owned()],
            bad: vec!["Drifted".to_owned()],
            ..Conventions::default()
        };
        assert_eq!(own.polarity("Ready"), Polarity::Neutral);
        assert_eq!(own.polarity("Drifted"), Polarity::Bad);
        assert_eq!(own.polarity("Synced"), Polarity::Good);
    }
}
