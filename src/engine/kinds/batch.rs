//! Job and CronJob.

use jiff::Timestamp;
use serde::Deserialize;

use super::workload::Template;
use super::{Condition, Meta, nullable};
use crate::engine::object::{Symbol, Text};

kind!(
    /// A Job.
    Job, JobSpec, JobStatus
);
kind!(
    /// A CronJob.
    CronJob, CronJobSpec, CronJobStatus
);

/// The spec of a Job.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct JobSpec {
    /// Held by intent.
    #[serde(deserialize_with = "nullable")]
    pub suspend: bool,
    /// Failed pods that are allowed; `None` means 6.
    pub backoff_limit: Option<i32>,
    /// Failed pods that are allowed for each index; `None`: they are counted together.
    pub backoff_limit_per_index: Option<i32>,
    /// How long it may take.
    pub active_deadline_seconds: Option<i64>,
    /// So many pods must succeed; `None`: any one.
    pub completions: Option<i32>,
    /// So many pods run at once; `None` means 1, 0 holds it by intent.
    pub parallelism: Option<i32>,
    /// `NonIndexed` (also where empty), `Indexed`.
    pub completion_mode: Symbol,
    /// Who else runs it; empty: the Job controller.
    pub managed_by: Symbol,
    /// What its pods are made from.
    #[serde(deserialize_with = "nullable")]
    pub template: Template,
}

/// The status of a Job.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct JobStatus {
    /// Running pods.
    #[serde(deserialize_with = "nullable")]
    pub active: i32,
    /// Pods that succeeded.
    #[serde(deserialize_with = "nullable")]
    pub succeeded: i32,
    /// Pods that failed.
    #[serde(deserialize_with = "nullable")]
    pub failed: i32,
    /// When it started.
    pub start_time: Option<Timestamp>,
    /// When it was complete.
    pub completion_time: Option<Timestamp>,
    /// Ready pods.
    #[serde(deserialize_with = "nullable")]
    pub ready: i32,
    /// The indexes that failed, `1,3-5`.
    #[serde(deserialize_with = "nullable")]
    pub failed_indexes: Text,
    /// The indexes that are complete, `0,2`.
    #[serde(deserialize_with = "nullable")]
    pub completed_indexes: Text,
    /// `Complete`, `Failed`, `FailureTarget`, `SuccessCriteriaMet`, `Suspended`.
    #[serde(deserialize_with = "nullable")]
    pub conditions: Box<[Condition]>,
}

/// The spec of a CronJob.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CronJobSpec {
    /// When it starts Jobs, as cron writes it.
    #[serde(deserialize_with = "nullable")]
    pub schedule: Text,
    /// The zone that the schedule is in; `None`: the controller's.
    pub time_zone: Option<Text>,
    /// Held by intent.
    #[serde(deserialize_with = "nullable")]
    pub suspend: bool,
    /// `Allow` (also where empty), `Forbid`, `Replace`.
    pub concurrency_policy: Symbol,
    /// A start that is later than this is skipped; `None`: none is.
    pub starting_deadline_seconds: Option<i64>,
    /// What its Jobs are made from.
    #[serde(deserialize_with = "nullable")]
    pub job_template: JobTemplate,
}

/// What the Jobs of a CronJob are made from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct JobTemplate {
    /// Their spec.
    #[serde(deserialize_with = "nullable")]
    pub spec: JobSpec,
}

/// The status of a CronJob.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CronJobStatus {
    /// The Jobs that run.
    #[serde(deserialize_with = "nullable")]
    pub active: Box<[ActiveJob]>,
    /// When it last started one.
    pub last_schedule_time: Option<Timestamp>,
    /// When one last succeeded.
    pub last_successful_time: Option<Timestamp>,
}

/// A Job that a CronJob has running.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ActiveJob {
    /// Its name.
    #[serde(deserialize_with = "nullable")]
    pub name: Text,
}
