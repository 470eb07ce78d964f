//! The codes of findings about objects that pods and templates name and that are not there.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// Of ConfigMaps.
pub const CONFIG_MAP: &[Code] = &[
    Code {
        code: "ConfigMapKeyMissing",
        severity: &[Warning, Info],
        meaning: "a ConfigMap has not a key that a workload reads",
        fires: "It exists, and env, or the items of a volume, name a key that is neither in data nor in \
             binaryData; one finding for each key, and the nearest name is said. Warning where something \
             that runs or will be started needs it; information where nothing does (0 replicas, paused, \
             suspended, gated).",
        silent: "Keys marked as optional; pods and Jobs that are over; the first 15 s of those who name \
             it.",
    },
    Code {
        code: "ConfigMapMissing",
        severity: &[Warning, Info],
        meaning: "a ConfigMap does not exist that a workload names",
        fires: "env, envFrom, a volume or a projected one names it; one finding, however many name it. \
             Warning where something that runs or will be started needs it; information where nothing \
             does (0 replicas, paused, suspended, gated).",
        silent: "Optional references; pods and Jobs that are over; the first 15 s of those who name it; a \
             kind that may not be read. kube-root-ca.crt and openshift-service-ca.crt, which every \
             namespace gets, are missed only while a pod waits for them.",
    },
];

/// Of Secrets.
pub const SECRET: &[Code] = &[
    Code {
        code: "PullSecretMissing",
        severity: &[Info, Warning],
        meaning: "a pull secret does not exist",
        fires: "imagePullSecrets of a pod, a template or a ServiceAccount name it, and nothing else does. \
             Warning where the registry refuses a pod its image, else information: public images are \
             pulled without it.",
        silent: "Pods that are over; the first 15 s of those who name it; Secrets that may not be read.",
    },
    Code {
        code: "SecretKeyMissing",
        severity: &[Warning, Info],
        meaning: "a Secret has not a key that a workload reads",
        fires: "It exists, the names of its keys are known, and env or the items of a volume name another \
             one; one finding for each key. Warning where something that runs or will be started needs \
             it; information where nothing does (0 replicas, paused, suspended, gated).",
        silent: "Secrets of which the keys are not known (only their metadata may be read); keys marked \
             as optional; the first 15 s of those who name it.",
    },
    Code {
        code: "SecretMissing",
        severity: &[Warning, Info],
        meaning: "a Secret does not exist that a workload names",
        fires: "env, envFrom or a volume names it, also one of which the pods that run have their copy: \
             the next one does not start. Warning where something that runs or will be started needs it; \
             information where nothing does (0 replicas, paused, suspended, gated).",
        silent: "Optional references; pods and Jobs that are over; the first 15 s of those who name it; a \
             kind that may not be read. Those that only imagePullSecrets name: PullSecretMissing.",
    },
];

/// Of ServiceAccounts.
pub const SERVICE_ACCOUNT: &[Code] = &[Code {
    code: "ServiceAccountMissing",
    severity: &[Warning, Info],
    meaning: "a ServiceAccount does not exist that a workload names",
    fires: "serviceAccountName names it: its pods are not created. Warning where something that runs \
             or will be started needs it; information where nothing does (0 replicas, paused, suspended, \
             gated).",
    silent: "The account default, which every namespace gets; pods and Jobs that are over; the first \
             15 s of those who name it.",
}];

/// Of PriorityClasses.
pub const PRIORITY_CLASS: &[Code] = &[Code {
    code: "PriorityClassMissing",
    severity: &[Warning, Info],
    meaning: "a PriorityClass does not exist that a workload names",
    fires: "priorityClassName of a template names it: its next pods are not created. Warning where \
             something that runs or will be started needs it; information where nothing does (0 replicas, \
             paused, suspended, gated).",
    silent: "Pods that are there, which have got their priority; system-node-critical and \
             system-cluster-critical; the first 15 s of those who name it.",
}];

/// Of RuntimeClasses.
pub const RUNTIME_CLASS: &[Code] = &[Code {
    code: "RuntimeClassMissing",
    severity: &[Warning, Info],
    meaning: "a RuntimeClass does not exist that a workload names",
    fires: "runtimeClassName names it: its next pods are not created. Warning where something that \
             runs or will be started needs it; information where nothing does (0 replicas, paused, \
             suspended, gated).",
    silent: "Optional references; pods and Jobs that are over; the first 15 s of those who name it; a \
             kind that may not be read.",
}];

/// Of ResourceClaims.
pub const RESOURCE_CLAIM: &[Code] = &[Code {
    code: "ResourceClaimMissing",
    severity: &[Warning, Info],
    meaning: "a ResourceClaim does not exist that a pod names",
    fires: "resourceClaims name it: the pod is not scheduled. Warning where something that runs or \
             will be started needs it; information where nothing does (0 replicas, paused, suspended, \
             gated).",
    silent: "Claims that are made for the pod from a template; pods that are over; the first 15 s of \
             those who name it.",
}];

/// Of PersistentVolumeClaims.
pub const CLAIM: &[Code] = &[Code {
    code: "ClaimMissing",
    severity: &[Warning, Info],
    meaning: "a PersistentVolumeClaim does not exist that a pod names",
    fires: "A volume of a pod names it: the pod is not scheduled, or no other one in its place will be. \
             Information where all such pods are held back by scheduling gates.",
    silent: "Claims of ephemeral volumes, which are made for the pod; pods that are over or being \
             deleted; the first 15 s of those who name it.",
}];
