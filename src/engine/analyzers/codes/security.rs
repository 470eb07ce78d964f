//! The codes of what is allowed more than need be: of nothing here is told as a fault.

use super::Code;
use crate::engine::finding::Severity::Info;

/// Of the account that pods get which name none.
pub const ACCOUNT: &[Code] = &[Code {
    code: "DefaultAccountUsed",
    severity: &[Info],
    meaning: "pods carry the token of their namespace's default account",
    fires: "A pod that has not ended names no account (or default) and takes its token; one finding \
             for each namespace.",
    silent: "automountServiceAccountToken false, of the account or the pod; accounts of their own.",
}];

/// Of bindings to roles.
pub const BINDING: &[Code] = &[Code {
    code: "BindingGivesAll",
    severity: &[Info],
    meaning: "a binding gives somebody a role with wildcards",
    fires: "A rule of the role has * among its verbs or resources, for all names.",
    silent: "What comes with the cluster (names that begin with system:, the label \
             kubernetes.io/bootstrapping, cluster-admin to itself); wildcards over URL paths alone; rules \
             with resourceNames; bindings without subjects.",
}];

/// Of workloads, and of pods that none of them makes.
pub const WORKLOAD: &[Code] = &[
    Code {
        code: "WorkloadMayRunAsRoot",
        severity: &[Info],
        meaning: "a container runs as root, or may",
        fires: "runAsUser is 0, or neither container nor pod sets runAsUser or runAsNonRoot true; the \
             container's own word counts first.",
        silent: "Another user; runAsNonRoot true; pods that have ended; pods of a workload, which is told \
             instead.",
    },
    Code {
        code: "WorkloadPrivileged",
        severity: &[Info],
        meaning: "a container is privileged",
        fires: "securityContext.privileged is true of a container or init container; told once of the \
             workload that makes the pods.",
        silent: "Containers that are not.",
    },
    Code {
        code: "WorkloadUsesHost",
        severity: &[Info],
        meaning: "pods share network, processes, memory or files with their node",
        fires: "hostNetwork, hostPID, hostIPC, or a hostPath volume.",
        silent: "Pods that have ended; pods of a workload, which is told instead.",
    },
];
