//! The codes of the generic analyzer's findings.

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

/// The codes, and what each means.
pub const CODES: &[(&str, &str)] = &[
    (
        NOT_READY,
        "a condition of which True is good (Ready, Synced, Accepted …) is False with a reason that is no progress",
    ),
    (
        FAILED,
        "a condition of which True is bad (Stalled, Failed, Degraded …) is True, or phase, state or health say so",
    ),
    (
        STUCK,
        "it has been pending, progressing or unknown for longer than a start takes",
    ),
    (
        NOT_OBSERVED,
        "status.observedGeneration stays behind metadata.generation: its controller does not look",
    ),
    (DELETING, "it is being deleted, and its finalizers stay"),
    (PAUSED, "it is paused or suspended, and was failing when it was"),
    (WARNING, "a condition ending in Warning is True"),
];
