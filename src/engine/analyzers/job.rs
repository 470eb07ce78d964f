//! Jobs: failed for good, tried again, held back, or refused their pods.

use jiff::Timestamp;

use super::{Analysis, Analyzer, Code, codes, creation, facts, grace, replica_set, replicas};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Condition, CronJob, Job, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds Jobs that do not get their work done.
pub struct JobAnalyzer;

impl Analyzer for JobAnalyzer {
    fn name(&self) -> &'static str {
        "Job"
    }

    fn kind(&self) -> Kind {
        Kind::Job
    }

    fn codes(&self) -> &'static [Code] {
        codes::job::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::CronJob]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            // A run that succeeds makes those before it history.
            Kind::CronJob => keys.extend(
                world
                    .children(changed)
                    .filter(|key| key.kind == Kind::Job)
                    .cloned(),
            ),
            Kind::Pod => {}
            _ => replica_set::affected(world, self.kind(), changed, keys),
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        let Some(job) = world.get::<Job>(&key.namespace, &key.name) else {
            return analysis;
        };
        if job.metadata.deletion_timestamp.is_some() || has_succeeded(job) {
            return analysis;
        }
        let found = failed(world, key, job)
            .or_else(|| suspended(key, job))
            .or_else(|| refused(world, key, job, now, &mut analysis))
            .or_else(|| retrying(key, job));
        if let Some(mut finding) = found {
            finding.owner = world.top_owner(key);
            analysis.findings.push(finding);
        }
        analysis
    }
}

fn is_true<'a>(job: &'a Job, kind: &str) -> Option<&'a Condition> {
    condition(&job.status.conditions, kind).filter(|condition| condition.status == "True")
}

/// Whether a Job has done its work, whatever tries failed on the way.
pub(super) fn has_succeeded(job: &Job) -> bool {
    is_true(job, "Complete").is_some() || is_true(job, "SuccessCriteriaMet").is_some()
}

/// The condition by which a Job is over and lost: `FailureTarget` comes first, `Failed` when its pods are gone.
pub(super) fn failure(job: &Job) -> Option<&Condition> {
    is_true(job, "Failed").or_else(|| is_true(job, "FailureTarget"))
}

/// Whether a failed try of a Job is one of several that it is allowed.
pub(super) fn still_tries(job: &Job) -> bool {
    !has_succeeded(job) && failure(job).is_none() && job.status.active > 0
}

/// Whether the CronJob above a Job has succeeded since a moment: what failed before is history.
pub(super) fn succeeded_since(world: &World, job: &Job, moment: Option<Timestamp>) -> bool {
    let owner = job.metadata.controller().filter(|owner| owner.kind == "CronJob");
    let last = owner
        .and_then(|owner| world.get::<CronJob>(&job.metadata.namespace, &owner.name))
        .and_then(|cron| cron.status.last_successful_time);
    matches!((last, moment), (Some(last), Some(moment)) if last > moment)
}

fn counts(key: &Key, job: &Job) -> Vec<Evidence> {
    let mut facts = vec![Evidence::field(
        key.object(),
        "status.failed",
        job.status.failed.to_string(),
    )];
    if let Some(limit) = job.spec.backoff_limit {
        facts.push(Evidence::field(
            key.object(),
            "spec.backoffLimit",
            limit.to_string(),
        ));
    }
    facts
}

fn failed(world: &World, key: &Key, job: &Job) -> Option<Finding> {
    let failure = failure(job)?;
    let tries = job.status.failed;
    let limit = job.spec.backoff_limit.unwrap_or(6);
    let title = match failure.reason.as_str() {
        "BackoffLimitExceeded" if limit == 0 && tries <= 1 => "failed at its only try".to_owned(),
        // Containers that are started again in their pod count as well, and their pod counts once.
        "BackoffLimitExceeded" if tries <= limit => {
            format!("was started again more often than its backoffLimit of {limit}")
        }
        "BackoffLimitExceeded" => format!("failed {tries} times, more than its backoffLimit of {limit}"),
        "DeadlineExceeded" => match job.spec.active_deadline_seconds {
            Some(seconds) => format!("took longer than its activeDeadlineSeconds of {seconds}"),
            None => "took longer than it may".to_owned(),
        },
        "PodFailurePolicy" => "failed in a way that its podFailurePolicy does not retry".to_owned(),
        "FailedIndexes" if !job.status.failed_indexes.is_empty() => {
            format!("failed at its indexes {}", job.status.failed_indexes)
        }
        "FailedIndexes" => "failed at some of its indexes".to_owned(),
        "MaxFailedIndexesExceeded" => "failed at more indexes than it may".to_owned(),
        "" => "failed".to_owned(),
        reason => super::messages::brief(&format!("failed: {reason}: {}", failure.message), 100),
    };
    let mut finding = Finding::new("JobFailed", Severity::Warning, key.object(), title);
    finding.message = failure.message.clone();
    finding.since = failure.last_transition_time;
    finding.count = u32::try_from(tries).unwrap_or(0).max(1);
    let kind = failure.kind.as_str();
    finding
        .evidence
        .extend(facts::condition(&key.object(), &job.status.conditions, kind));
    finding.evidence.extend(counts(key, job));
    for (path, value) in [
        ("spec.activeDeadlineSeconds", job.spec.active_deadline_seconds),
        (
            "spec.backoffLimitPerIndex",
            job.spec.backoff_limit_per_index.map(i64::from),
        ),
    ] {
        let fact = value.map(|value| Evidence::field(key.object(), path, value.to_string()));
        finding.evidence.extend(fact);
    }
    if !job.status.failed_indexes.is_empty() {
        let indexes = &*job.status.failed_indexes;
        let fact = Evidence::field(key.object(), "status.failedIndexes", indexes);
        finding.evidence.push(fact);
    }
    let events = world.events_of(key);
    let event = events.iter().rev().find(|event| event.reason == failure.reason);
    finding.evidence.extend(event.map(|event| facts::event(event)));
    if succeeded_since(world, job, failure.last_transition_time) {
        finding.severity = Severity::Info;
    }
    Some(finding)
}

/// Held back by intent, as queues do.
fn suspended(key: &Key, job: &Job) -> Option<Finding> {
    if !job.spec.suspend {
        return None;
    }
    let mut finding = Finding::new(
        "JobSuspended",
        Severity::Info,
        key.object(),
        "is suspended, so no pod is started",
    );
    let since = is_true(job, "Suspended").and_then(|suspended| suspended.last_transition_time);
    finding.since = since.or(job.metadata.creation_timestamp);
    finding.message = "spec.suspend is true: someone, or a queue, holds it back.".into();
    finding
        .evidence
        .push(Evidence::field(key.object(), "spec.suspend", "true"));
    let facts = facts::condition(&key.object(), &job.status.conditions, "Suspended");
    finding.evidence.extend(facts);
    Some(finding)
}

/// None of its pods could be made.
fn refused(world: &World, key: &Key, job: &Job, now: Timestamp, analysis: &mut Analysis) -> Option<Finding> {
    let wanted = job.spec.parallelism.unwrap_or(1);
    if job.status.active > 0 || wanted <= 0 {
        return None;
    }
    let mut finding = creation::refused(world, "JobCreateFailed", key, &[])?;
    if replicas::is_early(job.metadata.creation_timestamp, grace::REFERENCE, now, analysis) {
        return None;
    }
    finding.severity = Severity::Warning;
    finding
        .evidence
        .push(Evidence::field(key.object(), "status.active", "0"));
    Some(finding)
}

/// Within the tries that it is allowed.
fn retrying(key: &Key, job: &Job) -> Option<Finding> {
    let tries = job.status.failed;
    if tries <= 0 {
        return None;
    }
    // With a limit of its own for each index the one of the Job is as good as none.
    let most = match job.spec.backoff_limit_per_index {
        Some(limit) => format!("each index up to {limit} times"),
        None => format!("up to {} times", job.spec.backoff_limit.unwrap_or(6)),
    };
    // An index that has failed as often as it may is not tried again, and the Job fails when the others are done.
    let lost = &*job.status.failed_indexes;
    let (severity, title) = match tries {
        _ if !lost.is_empty() => (
            Severity::Warning,
            format!("failed for good at its indexes {lost}; the others go on"),
        ),
        1 => (Severity::Info, "failed once and is tried again".to_owned()),
        tries => (
            Severity::Info,
            format!("failed {tries} times and is tried again, {most}"),
        ),
    };
    let mut finding = Finding::new("JobRetrying", severity, key.object(), title);
    finding.since = job.status.start_time;
    finding.count = u32::try_from(tries).unwrap_or(0).max(1);
    finding.evidence = counts(key, job);
    if !lost.is_empty() {
        let fact = Evidence::field(key.object(), "status.failedIndexes", lost);
        finding.evidence.push(fact);
    }
    let active = Evidence::field(key.object(), "status.active", job.status.active.to_string());
    finding.evidence.push(active);
    Some(finding)
}
