//! The codes of the generic analyzer's findings.

use crate::engine::analyzers::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// It says that it is not so, or that it failed.
pub const NOT_READY: &str = "CustomResourceNotReady";
/// It says that it failed.
pub const FAILED: &str = "CustomResourceFailed";
/// It has been on its way for too long.
pub const STUCK: &str = "CustomResourceStuck";
/// Its controller has not looked at what is asked.
pub const NOT_OBSERVED: &str = "CustomResourceNotObserved";
/// It is being deleted, and a finalizer holds it.
pub const DELETING: &str = "CustomResourceStuckDeleting";
/// It is off by intent, and was not well when it was switched off.
pub const PAUSED: &str = "CustomResourcePaused";
/// Its controller warns.
pub const WARNING: &str = "CustomResourceWarning";

/// Those that say nothing of what the object does: whatever it owns or needs, they do not follow from it.
pub const ABOUT_ITSELF: &[&str] = &[NOT_OBSERVED, DELETING, PAUSED, WARNING];

/// The codes, and what there is to know of each.
pub const CODES: &[Code] = &[
    Code {
        code: NOT_READY,
        severity: &[Warning, Info],
        meaning: "a condition of which True is good (Ready, Synced, Accepted …) is False with a reason \
             that is no progress",
        fires: "False for 20 s with a reason that says a fault, or for 2 min with one that says neither \
             fault nor progress; Unknown for 2 min with a reason that says a fault. Of the object, or of \
             one of its parts (parents, listeners …). Information where it is a run that ended more than \
             a day ago.",
        silent: "Reasons that say an intent (Disabled, Suspended …) or a progress, which is \
             CustomResourceStuck once it lasts; what has done its work; condition types that nobody \
             knows.",
    },
    Code {
        code: FAILED,
        severity: &[Warning, Info],
        meaning: "a condition of which True is bad (Stalled, Failed, Degraded …) is True, or phase, state \
             or health say so",
        fires: "True for 20 s (10 min with a reason that says a progress); also Succeeded or Progressing \
             False as of CustomResourceNotReady, and a failureMessage. Information where it is a run that \
             ended more than a day ago.",
        silent: "A phase, state or health while the condition Ready, Available or Healthy is True: its \
             controller is believed.",
    },
    Code {
        code: STUCK,
        severity: &[Warning, Info],
        meaning: "it has been pending, progressing or unknown for longer than a start takes",
        fires: "On its way for 10 min, or pending or unknown for 15 min, or longer where the conventions \
             of its kind say so.",
        silent: "Runs that go on (Succeeded is Unknown), however long they take.",
    },
    Code {
        code: NOT_OBSERVED,
        severity: &[Warning],
        meaning: "status.observedGeneration stays behind metadata.generation: its controller does not \
             look",
        fires: "For 5 min since it was changed.",
        silent: "Kinds without observedGeneration; where a condition or a word already says a fault.",
    },
    Code {
        code: DELETING,
        severity: &[Warning],
        meaning: "it is being deleted, and its finalizers stay",
        fires: "10 min after it was deleted; the finalizers are named.",
        silent: "The first 10 min: what is outside the cluster (a database, a machine) takes minutes to \
             go.",
    },
    Code {
        code: PAUSED,
        severity: &[Info],
        meaning: "it is paused or suspended, and was failing when it was",
        fires: "Its spec or an annotation switches it off, and its status says one of the faults here.",
        silent: "What is switched off and was well.",
    },
    Code {
        code: WARNING,
        severity: &[Info],
        meaning: "a condition ending in Warning is True",
        fires: "Where nothing worse is said of the object, or of that part of it.",
        silent: "Never more than information.",
    },
];
