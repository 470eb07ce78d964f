//! The codes of findings about ResourceClaims.

use super::Code;
use crate::engine::finding::Severity::Critical;

/// The codes, in order of name.
pub const CODES: &[Code] = &[Code {
    code: "ResourceClaimPending",
    severity: &[Critical],
    meaning: "no device is allotted to a claim for which a pod waits",
    fires: "status.allocation is empty, and a pod that names the claim has had no node for a minute \
             since it was made; the device classes are named.",
    silent: "Claims for which no pod waits: devices are allotted when a pod is placed; pods with \
             scheduling gates.",
}];
