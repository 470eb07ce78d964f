//! The codes of findings about CertificateSigningRequests.

use super::Code;
use crate::engine::finding::Severity::{Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "CertificateDenied",
        severity: &[Warning, Info],
        meaning: "a request for a certificate was refused",
        fires: "It has the condition Denied. Warning for those of kubelets \
             (kubernetes.io/kubelet-serving, kubernetes.io/kube-apiserver-client-kubelet): their nodes do \
             not join or show no logs; else information.",
        silent: "Requests that have their certificate.",
    },
    Code {
        code: "CertificateFailed",
        severity: &[Warning, Info],
        meaning: "a certificate was approved and could not be signed",
        fires: "It has the condition Failed. Severity as of CertificateDenied.",
        silent: "Requests that have their certificate.",
    },
    Code {
        code: "CertificateNotSigned",
        severity: &[Warning, Info],
        meaning: "a certificate was approved, and its signer does not sign it",
        fires: "It has the condition Approved for 10 min and no certificate. Severity as of \
             CertificateDenied.",
        silent: "The first 10 min after the approval.",
    },
    Code {
        code: "CertificatePending",
        severity: &[Warning, Info],
        meaning: "nobody has approved a request for a certificate",
        fires: "It was made 10 min ago and has none of the conditions Approved, Denied and Failed. \
             Severity as of CertificateDenied.",
        silent: "The first 10 min.",
    },
];
