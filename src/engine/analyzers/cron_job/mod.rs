//! CronJobs: runs that fail, that do not come, or that a hung one keeps away.

mod schedule;
mod starts;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::schedule::Schedule;
use self::starts::{MOST, Starts};
use super::{Analysis, Analyzer, Code, codes, facts, grace, job, replica_set};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{CronJob, Event, Job, Meta};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::{Sync, World};

/// The controller looks every ten seconds: a start may be later than a deadline below that.
const SHORT_DEADLINE: i64 = 10;
/// A run that goes on while so many starts pass hangs, or is not meant to be started so often.
const SKIPPED_BY_A_HUNG_RUN: usize = 3;
/// So many runs without a success, where what became of them is no longer there to see.
const RUNS_WITHOUT_SUCCESS: usize = 2;

/// Finds CronJobs whose work is not done.
pub struct CronJobAnalyzer;

impl Analyzer for CronJobAnalyzer {
    fn name(&self) -> &'static str {
        "CronJob"
    }

    fn kind(&self) -> Kind {
        Kind::CronJob
    }

    fn codes(&self) -> &'static [Code] {
        codes::cron_job::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Job]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        if changed.kind == Kind::Job {
            let owner = world.meta(changed).and_then(Meta::controller);
            let owner = owner.filter(|owner| owner.kind == "CronJob");
            keys.extend(owner.map(|owner| Key::new(self.kind(), &changed.namespace, &owner.name)));
        } else if changed.kind != Kind::Pod {
            replica_set::affected(world, self.kind(), changed, keys);
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let Some(cron) = world.get::<CronJob>(&key.namespace, &key.name) else {
            return Analysis::default();
        };
        if cron.metadata.deletion_timestamp.is_some() {
            return Analysis::default();
        }
        let mut case = Case {
            world,
            cron,
            key,
            object: key.object(),
            events: world.events_of(key),
            jobs: jobs(world, key),
            now,
            analysis: Analysis::default(),
        };
        check(&mut case);
        case.analysis
    }
}

/// The Jobs of a CronJob, the newest first.
fn jobs<'a>(world: &'a World, key: &Key) -> Vec<&'a Job> {
    let mut jobs: Vec<&Job> = world
        .children(key)
        .filter(|child| child.kind == Kind::Job)
        .filter_map(|job| world.get::<Job>(&job.namespace, &job.name))
        .collect();
    jobs.sort_by_key(|job| std::cmp::Reverse((job.metadata.creation_timestamp, job.metadata.name.clone())));
    jobs
}

/// One CronJob under examination.
struct Case<'a> {
    world: &'a World,
    cron: &'a CronJob,
    key: &'a Key,
    object: ObjectRef,
    events: Vec<&'a Event>,
    /// The newest first.
    jobs: Vec<&'a Job>,
    now: Timestamp,
    analysis: Analysis,
}

impl Case<'_> {
    fn field(&self, path: &str, value: &impl ToString) -> Evidence {
        Evidence::field(self.object.clone(), path, value.to_string())
    }

    fn finding(&self, code: &str, severity: Severity, title: impl Into<String>) -> Finding {
        let mut finding = Finding::new(code, severity, self.object.clone(), title.into());
        finding.owner = self.world.top_owner(self.key);
        finding
    }

    fn event(&self, reasons: &[&str]) -> Option<Evidence> {
        let mut newest = self.events.iter().rev();
        let event = newest.find(|event| reasons.contains(&event.reason.as_str()))?;
        Some(facts::event(event))
    }

    /// Reports with what all findings about starts show.
    fn report(&mut self, mut finding: Finding) {
        let spec = &self.cron.spec;
        finding.evidence.push(self.field("spec.schedule", &spec.schedule));
        let status = &self.cron.status;
        for (path, time) in [
            ("status.lastScheduleTime", status.last_schedule_time),
            ("status.lastSuccessfulTime", status.last_successful_time),
        ] {
            let said = time.map_or_else(|| "never".to_owned(), |time| time.to_string());
            finding.evidence.push(self.field(path, &said));
        }
        self.analysis.findings.push(finding);
    }
}

fn check(case: &mut Case) {
    let spec = &case.cron.spec;
    if spec.suspend {
        return suspended(case);
    }
    let (schedule, own_zone) = match Schedule::parse(&spec.schedule) {
        Ok(parsed) => parsed,
        Err(why) => return invalid(case, &why),
    };
    if let Some(event) = case.event(&["UnknownTimeZone"]) {
        return unknown_zone(case, event);
    }
    let named = own_zone.or(spec.time_zone.as_deref());
    let failing = runs_fail(case);
    // A zone that is not known here is no fault of the CronJob; then nothing is said of its starts.
    let starts = match named {
        Some(name) => TimeZone::get(name).ok().map(|zone| Starts::new(schedule, zone)),
        None => Starts::of_controller(schedule, case.cron.status.last_schedule_time),
    };
    let Some(starts) = starts else { return };
    if !blocked(case, &starts) && !missed(case, &starts) && !failing {
        never_succeeds(case, &starts);
    }
}

fn suspended(case: &mut Case) {
    let mut finding = case.finding(
        "CronJobSuspended",
        Severity::Info,
        "is suspended, so it starts nothing",
    );
    finding.message = "spec.suspend is true: someone holds it back.".into();
    finding.since = case
        .cron
        .status
        .last_schedule_time
        .or(case.cron.metadata.creation_timestamp);
    finding.evidence.push(case.field("spec.suspend", &"true"));
    case.report(finding);
}

fn invalid(case: &mut Case, why: &str) {
    let title = format!("its schedule cannot be read: {why}");
    let mut finding = case.finding("CronJobScheduleInvalid", Severity::Warning, title);
    finding.message = format!("{} is no schedule: {why}.", case.cron.spec.schedule).into();
    finding.since = case.cron.metadata.creation_timestamp;
    finding
        .evidence
        .extend(case.event(&["UnparseableSchedule", "InvalidSchedule"]));
    case.report(finding);
}

fn unknown_zone(case: &mut Case, event: Evidence) {
    let zone = case.cron.spec.time_zone.as_deref().unwrap_or_default();
    let title = format!("its time zone {zone} is not known to the controller");
    let mut finding = case.finding("CronJobScheduleInvalid", Severity::Warning, title);
    finding.message = event.text.clone();
    finding.since = case.cron.metadata.creation_timestamp;
    finding.evidence.push(case.field("spec.timeZone", &zone));
    finding.evidence.push(event);
    case.report(finding);
}

/// The newest runs that are over failed.
fn runs_fail(case: &mut Case) -> bool {
    let over = case
        .jobs
        .iter()
        .filter(|job| job::has_succeeded(job) || job::failure(job).is_some());
    let failed: Vec<&Job> = over.take_while(|job| !job::has_succeeded(job)).copied().collect();
    let Some(last) = failed.first() else { return false };
    let failure = job::failure(last);
    let when = failure.and_then(|failure| failure.last_transition_time);
    if job::succeeded_since(case.world, last, when) {
        return false;
    }
    let never = case.cron.status.last_successful_time.is_none();
    let title = match (failed.len(), never) {
        (1, true) => "its last run failed, and none has succeeded".to_owned(),
        (1, false) => "its last run failed".to_owned(),
        (count, true) => format!("its last {count} runs failed, and none has succeeded"),
        (count, false) => format!("its last {count} runs failed"),
    };
    let mut finding = case.finding("CronJobFailing", Severity::Warning, title);
    finding.count = failed.len() as u32;
    finding.since = failed
        .last()
        .and_then(|job| job::failure(job)?.last_transition_time);
    finding.message = failure.map_or_else(|| "".into(), |failure| failure.message.clone());
    for job in failed.iter().take(3) {
        let key = Key::new(Kind::Job, &case.key.namespace, &job.metadata.name);
        let text = job::failure(job).map_or("failed", |failure| failure.reason.as_str());
        finding.evidence.push(facts::related(key.object(), text));
    }
    case.report(finding);
    true
}

/// A run that does not end, and with it the policy that lets no other begin beside it.
fn blocked(case: &mut Case, starts: &Starts) -> bool {
    let (spec, status) = (&case.cron.spec, &case.cron.status);
    let (Some(active), Some(last)) = (status.active.first(), status.last_schedule_time) else {
        return false;
    };
    if spec.concurrency_policy != "Forbid" {
        return false;
    }
    let due = grace::later(case.now, -grace::CRON_START);
    let skipped = starts.between(last, due);
    if skipped < SKIPPED_BY_A_HUNG_RUN {
        if let Some(next) = starts.next(case.now) {
            case.analysis.look_again_at(grace::later(next, grace::CRON_START));
        }
        // It runs: what it keeps away is not missed.
        return true;
    }
    let ago = grace::words(grace::between(last, case.now));
    let name = &active.name;
    let title = format!("its run {name} has been going on for {ago} and keeps the next ones away");
    let title = super::messages::brief(&title, 140);
    let mut finding = case.finding("CronJobBlocked", Severity::Warning, title);
    finding.since = Some(last);
    finding.count = skipped as u32;
    finding.message = format!(
        "concurrencyPolicy is Forbid, and run {name}, started at {last}, does not end: {skipped} starts were skipped."
    )
    .into();
    finding.evidence.extend(case.event(&["JobAlreadyActive"]));
    finding
        .evidence
        .push(case.field("spec.concurrencyPolicy", &"Forbid"));
    finding.evidence.push(case.field("status.active[0].name", &name));
    let job = Key::new(Kind::Job, &case.key.namespace, name).object();
    finding.evidence.push(facts::related(job, "has not ended"));
    case.report(finding);
    true
}

/// Starts that were due and did not come.
fn missed(case: &mut Case, starts: &Starts) -> bool {
    let (spec, status) = (&case.cron.spec, &case.cron.status);
    let Some(base) = status
        .last_schedule_time
        .or(case.cron.metadata.creation_timestamp)
    else {
        return false;
    };
    if let Some(next) = starts.next(base.max(case.now)) {
        case.analysis
            .look_again_at(grace::later(next, grace::CRON_START + 1));
    }
    let due = grace::later(case.now, -grace::CRON_START);
    let count = starts.between(base, due);
    // With a deadline, what was missed while it was suspended or otherwise is not made up for.
    let enough = if spec.starting_deadline_seconds.is_some() {
        2
    } else {
        1
    };
    let short = spec
        .starting_deadline_seconds
        .filter(|deadline| *deadline < SHORT_DEADLINE);
    if count < enough {
        if let Some(deadline) = short {
            short_deadline(case, deadline, 0);
        }
        return false;
    }
    if let Some(deadline) = short {
        short_deadline(case, deadline, count);
        return true;
    }
    let times = if count >= MOST {
        "more than 100 starts were".to_owned()
    } else if count == 1 {
        "a start was".to_owned()
    } else {
        format!("{count} starts were")
    };
    let refused = case.event(&["FailedCreate", "FailedNeedsStart"]);
    let title = match (&refused, status.last_schedule_time) {
        (Some(event), _) => super::messages::brief(&format!("{times} missed: {}", event.text), 140),
        (None, Some(_)) => format!("{times} missed"),
        (None, None) => format!("{times} missed, it has never run"),
    };
    let mut finding = case.finding("CronJobMissed", Severity::Warning, title);
    finding.since = starts.next(base);
    finding.count = count as u32;
    finding.message = match status.last_schedule_time {
        Some(last) => format!("It last started a Job at {last}; since then {times} due by its schedule."),
        None => format!("It has never started a Job, though {times} due by its schedule."),
    }
    .into();
    finding.evidence.extend(refused);
    finding
        .evidence
        .extend(case.event(&["TooManyMissedTimes", "MissSchedule", "FailedNeedsStart"]));
    if let Some(deadline) = spec.starting_deadline_seconds {
        finding
            .evidence
            .push(case.field("spec.startingDeadlineSeconds", &deadline));
    }
    case.report(finding);
    true
}

fn short_deadline(case: &mut Case, deadline: i64, missed: usize) {
    let (severity, title) = match missed {
        0 => (
            Severity::Info,
            format!("a start that is more than {deadline} s late is skipped"),
        ),
        _ => (
            Severity::Warning,
            format!("startingDeadlineSeconds is {deadline}: its starts come too late and are skipped"),
        ),
    };
    let mut finding = case.finding("CronJobDeadlineTooShort", severity, title);
    finding.count = (missed as u32).max(1);
    finding.since = case.cron.metadata.creation_timestamp;
    finding.message = format!(
        "The controller looks at CronJobs about every {SHORT_DEADLINE} s and skips what is later than \
         startingDeadlineSeconds, which is {deadline}."
    )
    .into();
    finding
        .evidence
        .push(case.field("spec.startingDeadlineSeconds", &deadline));
    case.report(finding);
}

/// Runs have begun and none has succeeded, though what became of them is no longer to be seen.
fn never_succeeds(case: &mut Case, starts: &Starts) {
    let status = &case.cron.status;
    let Some(last) = status.last_schedule_time else {
        return;
    };
    // A run that goes on, or whose Job is still there, speaks for itself.
    let known = case.world.sync(Kind::Job, &case.key.namespace) == Sync::Synced;
    if !known || !status.active.is_empty() || !case.jobs.is_empty() {
        return;
    }
    let Some(base) = status
        .last_successful_time
        .or(case.cron.metadata.creation_timestamp)
    else {
        return;
    };
    let runs = starts.between(base, last);
    if runs < RUNS_WITHOUT_SUCCESS {
        return;
    }
    let title = match status.last_successful_time {
        Some(success) => format!("no run has succeeded since {success}, {runs} have begun"),
        None => "none of its runs has succeeded".to_owned(),
    };
    let mut finding = case.finding("CronJobNeverSucceeds", Severity::Warning, title);
    finding.since = Some(base);
    finding.count = runs as u32;
    finding.message = "Jobs were started and are gone again, and none of them is noted as a success.".into();
    case.report(finding);
}
