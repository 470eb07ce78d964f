//! The codes of findings about HorizontalPodAutoscalers.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "AutoscalerAtMaximum",
        severity: &[Info],
        meaning: "an autoscaler wants more pods than it may have",
        fires: "ScalingLimited is True with the reason TooManyReplicas. By intent: that is what \
             maxReplicas is for; worth knowing where pods are slow.",
        silent: "An autoscaler at its minimum (TooFewReplicas); one of which something worse is told.",
    },
    Code {
        code: "AutoscalerCannotScale",
        severity: &[Warning],
        meaning: "an autoscaler cannot read or write the scale of its target",
        fires: "AbleToScale is False for a minute. Of targets of custom kinds this is where a missing one \
             shows.",
        silent: "Targets of a watched kind that do not exist: AutoscalerTargetMissing; a status that is \
             older than the spec.",
    },
    Code {
        code: "AutoscalerNoMetrics",
        severity: &[Warning],
        meaning: "an autoscaler cannot compute how many pods there should be",
        fires: "ScalingActive is False for 2 min. What is looked for: an APIService of the metrics' group \
             (metrics.k8s.io, custom.metrics.k8s.io, external.metrics.k8s.io) that does not exist or is \
             not available, and a container of the target without a request where a share of requests \
             (Utilization) is asked.",
        silent: "ScalingDisabled, which is a target of 0 replicas; the first 2 min, in which new pods \
             have no metrics; for the missing request: containers with a limit, and namespaces whose \
             LimitRange gives one.",
    },
    Code {
        code: "AutoscalerTargetMissing",
        severity: &[Warning],
        meaning: "an autoscaler scales a workload that does not exist",
        fires: "scaleTargetRef names an object of a watched kind (Deployment, StatefulSet …) that is not \
             there; one with a like name is named. The autoscaler is a minute old.",
        silent: "Targets of kinds that are not watched or could not be read.",
    },
];
