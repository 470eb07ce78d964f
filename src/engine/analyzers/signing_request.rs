//! CertificateSigningRequests: refused, failed, or left lying.

use jiff::Timestamp;

use super::exam::Exam;
use super::messages::brief;
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{CertificateSigningRequest, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds requests for certificates that get none.
pub struct SigningRequestAnalyzer;

impl Analyzer for SigningRequestAnalyzer {
    fn name(&self) -> &'static str {
        "CertificateSigningRequest"
    }

    fn kind(&self) -> Kind {
        Kind::CertificateSigningRequest
    }

    fn codes(&self) -> &'static [Code] {
        codes::certificate::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[]
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        if let Some(request) = world.get::<CertificateSigningRequest>("", &key.name) {
            check(&mut exam, request);
        }
        exam.analysis
    }
}

fn check(exam: &mut Exam, request: &CertificateSigningRequest) {
    let conditions = &request.status.conditions;
    let is = |kind: &str| condition(conditions, kind);
    let made = request.metadata.creation_timestamp;
    let who = &*request.spec.username;
    let (code, title, since, kind) = if request.status.issued {
        return;
    } else if let Some(denied) = is("Denied") {
        let why = if denied.message.is_empty() {
            &*denied.reason
        } else {
            &*denied.message
        };
        let title = format!("the certificate for {who} was refused: {why}");
        (
            "CertificateDenied",
            title,
            denied.last_transition_time.or(made),
            "Denied",
        )
    } else if let Some(failed) = is("Failed") {
        let why = if failed.message.is_empty() {
            &*failed.reason
        } else {
            &*failed.message
        };
        let title = format!("the certificate for {who} could not be signed: {why}");
        (
            "CertificateFailed",
            title,
            failed.last_transition_time.or(made),
            "Failed",
        )
    } else if let Some(approved) = is("Approved") {
        let since = approved.last_transition_time.or(made);
        if exam.is_early(since, grace::CERTIFICATE_REQUEST) {
            return;
        }
        let title = format!(
            "approved, but {} signs no certificate for {who}",
            request.spec.signer_name
        );
        ("CertificateNotSigned", title, since, "Approved")
    } else {
        if exam.is_early(made, grace::CERTIFICATE_REQUEST) {
            return;
        }
        let title = format!("nobody has approved the certificate for {who}");
        ("CertificatePending", title, made, "")
    };
    // Without it no logs and no exec from that node, or the node does not join at all.
    let of_kubelet = matches!(
        &*request.spec.signer_name,
        "kubernetes.io/kubelet-serving" | "kubernetes.io/kube-apiserver-client-kubelet"
    );
    let severity = if of_kubelet {
        Severity::Warning
    } else {
        Severity::Info
    };
    let mut finding = exam.finding(code, severity, brief(&title, 130));
    finding.message = format!(
        "{who} asks {} for a certificate ({}).",
        request.spec.signer_name,
        request
            .spec
            .usages
            .iter()
            .map(|usage| &**usage)
            .collect::<Vec<_>>()
            .join(", ")
    )
    .into();
    finding.since = since;
    // A kubelet asks again and again: its node is what they have in common.
    if let Some(node) = who.strip_prefix("system:node:") {
        finding.owner = Key::new(Kind::Node, "", node).object();
    }
    finding
        .evidence
        .extend(facts::condition(&exam.object, conditions, kind));
    finding
        .evidence
        .push(exam.field("spec.signerName", &*request.spec.signer_name));
    finding.evidence.push(exam.field("spec.username", who));
    exam.report(finding);
}
