//! Posture: what is allowed more than it need be. Nothing here is a fault, and all of it is information.

mod account;
mod binding;
mod workload;

pub use account::DefaultAccountAnalyzer;
pub use binding::{ClusterRoleBindingAnalyzer, RoleBindingAnalyzer};
pub use workload::{PostureAnalyzer, kinds};

use super::codes;

/// Whether a code is of what is said here: none of it follows from a fault or explains one.
pub fn tells(code: &str) -> bool {
    [
        codes::security::ACCOUNT,
        codes::security::BINDING,
        codes::security::WORKLOAD,
    ]
    .iter()
    .any(|codes| codes.iter().any(|one| one.code == code))
}
