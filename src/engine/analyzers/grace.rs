//! How long things may take before they are faults. Every number is seconds, with its reason.

use jiff::{SignedDuration, Timestamp};

/// The scheduler retries at once when something changes; an autoscaler that acts says so in an event.
pub const UNSCHEDULED: i64 = 10;
/// An autoscaler that has said it adds a node gets this long.
pub const SCALE_UP: i64 = 600;
/// A scheduler that has not even looked at a pod after this long does not run.
pub const NO_SCHEDULER: i64 = 60;
/// Between node and first container, when a warning already says what is wrong; mounts are retried after 0.5 to 122 s.
pub const PREPARE_WITH_WARNING: i64 = 20;
/// The same without any warning: a volume attach and a sandbox take seconds, rarely a minute.
pub const PREPARE: i64 = 180;
/// A pull that goes on is no fault for this long.
pub const PULL: i64 = 900;
/// An init container may work this long before it is said to hang.
pub const INIT: i64 = 300;
/// The same when its log says that it waits.
pub const INIT_WAITING: i64 = 60;
/// A container that has started gets this long to become ready where its probes do not say more.
pub const READY: i64 = 90;
/// A container that was ready and is no more.
pub const READY_AGAIN: i64 = 20;
/// A readiness gate, which a controller sets after it has seen the pod.
pub const GATE: i64 = 120;
/// After the end of the grace period the kubelet kills at once; garbage collection follows.
pub const TERMINATING: i64 = 60;
/// A long grace period that is still running is told after this long: the process does not react to SIGTERM.
pub const TERMINATING_LONG: i64 = 120;
/// What counts as a long grace period.
pub const LONG_GRACE: i64 = 600;
/// The kubelet resets its back-off after ten minutes without a crash.
pub const STABLE: i64 = 600;
/// What dies again and again dies more often than once in this time.
pub const OFTEN: i64 = 7_200;
/// Out-of-memory kills and evictions count as recent for this long.
pub const RECENT: i64 = 3_600;
/// Controllers write conditions at once; a first rollout needs its pods.
pub const AVAILABLE: i64 = 120;
/// A new Service gets this long for its first endpoints.
pub const ENDPOINTS: i64 = 60;
/// Pods that start behind a Service.
pub const ENDPOINTS_STARTING: i64 = 120;
/// A node that joins is not ready for a while.
pub const NODE_JOINING: i64 = 120;
/// A claim whose volume is being made.
pub const CLAIM: i64 = 60;
/// A claim whose class is not there: the class may be applied just after it.
pub const CLAIM_CLASS: i64 = 10;

/// An object that others name: they may be applied in any order.
pub const REFERENCE: i64 = 15;
/// A node that joins, or a rollout, has a pod of each DaemonSet that is not ready yet.
pub const NODE_POD: i64 = 120;
/// The controller of CronJobs starts them within seconds.
pub const CRON_START: i64 = 120;
/// The pods that make room for another get their grace period.
pub const PREEMPTION: i64 = 120;
/// Devices are allotted as soon as a node is found.
pub const ALLOCATION: i64 = 60;
/// A resize that waits for room, or that the kubelet is at.
pub const RESIZE: i64 = 600;
/// What is about to be disrupted is deleted at once.
pub const DISRUPTION: i64 = 120;
/// A condition of a custom resource whose reason says a fault: controllers retry at once, and some flap while they
/// start.
pub const CUSTOM_FAULT: i64 = 20;
/// The same where the reason says neither fault nor progress.
pub const CUSTOM_PLAIN: i64 = 120;
/// A custom resource that says that it is on its way.
pub const CUSTOM_PROGRESS: i64 = 600;
/// A custom resource of which its controller does not know yet how it is, or that is pending.
pub const CUSTOM_UNKNOWN: i64 = 900;
/// A controller gets this long to look at a changed spec.
pub const CUSTOM_OBSERVED: i64 = 300;
/// What is outside the cluster (a database, a machine) takes minutes to go.
pub const CUSTOM_DELETION: i64 = 600;
/// A run (a pipeline's, a backup's) that failed so long ago is history.
pub const CUSTOM_RUN: i64 = 86_400;
/// An Ingress is applied before or after its Service, class and certificate.
pub const INGRESS: i64 = 60;
/// Someone makes the certificate of an Ingress: a challenge by DNS takes minutes.
pub const CERTIFICATE: i64 = 600;
/// A load balancer of a cloud gets its address within minutes.
pub const LOAD_BALANCER: i64 = 300;
/// A selector that selects nothing yet: its workload is applied just after it.
pub const SELECTOR: i64 = 120;
/// A volume is attached or detached within seconds; a first try may meet the end of the one before.
pub const ATTACH: i64 = 60;
/// A volume that is to be deleted without its claim.
pub const RECLAIM: i64 = 600;
/// A file system grows when its pod next mounts it or at once; not after minutes.
pub const FILE_SYSTEM_RESIZE: i64 = 600;
/// What answers for the API server (webhooks, extensions) starts, and its certificate is put in place.
pub const EXTENSION: i64 = 60;
/// The certificate authority of a webhook is written by another controller.
pub const CA_BUNDLE: i64 = 300;
/// An autoscaler looks every 15 s; metrics of a new pod come after a minute or two.
pub const METRICS: i64 = 120;
/// A budget's pods start again.
pub const BUDGET: i64 = 120;
/// A node that never said anything.
pub const NODE_SILENT: i64 = 120;
/// A finalizer of a controller that must ask a cloud.
pub const FINALIZER_CLOUD: i64 = 300;
/// Requests of kubelets are approved by a controller at once where there is one.
pub const CERTIFICATE_REQUEST: i64 = 600;
/// Objects of one policy are applied one after the other.
pub const POLICY: i64 = 60;

/// `time` and so many seconds.
pub fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// Seconds from one time to another; negative if `to` is earlier.
pub fn between(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

/// A duration as a person says it: `20 s`, `5 min`, `1 h`.
pub fn words(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
