//! Posture: what is allowed more than it need be. Nothing here is a fault, and all of it is information.

mod account;
mod binding;
mod workload;

pub use account::DefaultAccountAnalyzer;
pub use binding::{ClusterRoleBindingAnalyzer, RoleBindingAnalyzer};
pub use workload::{PostureAnalyzer, kinds};

/// The codes of what is said here: none of it follows from a fault or explains one.
pub const CODES: &[&str] = &[
    "DefaultAccountUsed",
    "BindingGivesAll",
    "WorkloadPrivileged",
    "WorkloadUsesHost",
    "WorkloadMayRunAsRoot",
];
