//! The codes of findings about what was deleted and does not go.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// Of any native kind but those that have a code of their own for it.
pub const CODES: &[Code] = &[Code {
    code: "ObjectStuckDeleting",
    severity: &[Warning, Info],
    meaning: "an object was deleted and does not go, because of a finalizer",
    fires: "It has a finalizer a minute after it was deleted (5 min where the finalizer waits for \
             others: foregroundDeletion, orphan, pv-protection, load-balancer-cleanup, \
             customresourcecleanup, external-attacher, external-provisioner). Information for a volume \
             that a claim is still bound to.",
    silent: "Finalizers of objects that were not deleted. Pods, claims and namespaces have codes of \
             their own: PodStuckTerminating, ClaimStuckTerminating, NamespaceStuckTerminating.",
}];

/// Of namespaces.
pub const NAMESPACE: &[Code] = &[Code {
    code: "NamespaceStuckTerminating",
    severity: &[Warning],
    meaning: "a namespace was deleted and does not go",
    fires: "It is there a minute later; the controller's conditions say what it waits for: a part of \
             the API that does not answer, objects with finalizers, a finalizer of its own. The \
             APIService or the object that holds it is named where it is known.",
    silent: "The first minute.",
}];
