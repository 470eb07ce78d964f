//! The codes of findings about CronJobs.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "CronJobBlocked",
        severity: &[Warning],
        meaning: "a run that does not end keeps the next ones away",
        fires: "concurrencyPolicy is Forbid, a Job is active, and 3 starts or more were due 2 min ago or \
             earlier since it was started.",
        silent: "Runs that take a little longer than their interval (1 or 2 starts skipped); the policies \
             Allow and Replace.",
    },
    Code {
        code: "CronJobDeadlineTooShort",
        severity: &[Warning, Info],
        meaning: "starts are skipped because startingDeadlineSeconds is too short",
        fires: "It is less than 10 s, which is how often the controller looks. Information while no start \
             was missed, a warning once 2 were.",
        silent: "10 s and more.",
    },
    Code {
        code: "CronJobFailing",
        severity: &[Warning],
        meaning: "the last runs of a CronJob failed",
        fires: "The newest Job that is over failed; the title counts how many before it did too, and says \
             where none has ever succeeded.",
        silent: "A failure that a success has followed, also one whose Job is gone (lastSuccessfulTime); \
             runs that go on.",
    },
    Code {
        code: "CronJobMissed",
        severity: &[Warning],
        meaning: "starts were due and did not come",
        fires: "By the schedule in its zone, a start was due 2 min ago or earlier and lastScheduleTime \
             has not moved (2 of them where startingDeadlineSeconds is set). Why its Jobs are refused is \
             read out of events; beyond 100 missed starts it is not counted further.",
        silent: "Suspended ones; a first start that is still to come; a schedule by the hour or day whose \
             zone cannot be told from its last start; a run that goes on under Forbid.",
    },
    Code {
        code: "CronJobNeverSucceeds",
        severity: &[Warning],
        meaning: "runs begin, none succeeds, and what became of them is gone",
        fires: "No Job is left, none is active, and 2 starts or more lie between the last success (or its \
             creation) and lastScheduleTime.",
        silent: "Jobs that are still there, which speak for themselves; Jobs that could not be read; a \
             first run that was cleaned up.",
    },
    Code {
        code: "CronJobScheduleInvalid",
        severity: &[Warning],
        meaning: "the schedule or the time zone of a CronJob cannot be read",
        fires: "spec.schedule is none, with why (\"25 is not between 0 and 23\"); or the controller says \
             UnknownTimeZone.",
        silent: "A zone that only k8stui does not know: then nothing is said of starts.",
    },
    Code {
        code: "CronJobSuspended",
        severity: &[Info],
        meaning: "a CronJob is suspended",
        fires: "spec.suspend is true. By intent.",
        silent: "Never more than information; what its runs did before is not told.",
    },
];
