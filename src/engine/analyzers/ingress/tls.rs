//! The certificates of the Ingress.

use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::{facts, grace};
use crate::engine::finding::Severity;
use crate::engine::kinds::{Ingress, Secret};
use crate::engine::object::{Key, Kind};

/// Annotations by which cert-manager is asked to make the certificate.
const ISSUERS: &[&str] = &[
    "cert-manager.io/issuer",
    "cert-manager.io/cluster-issuer",
    "kubernetes.io/tls-acme",
];

/// Secrets that do not exist, or hold no certificate.
pub(super) fn check(exam: &mut Exam, ingress: &Ingress) {
    let made = ingress.metadata.creation_timestamp;
    let issued = ISSUERS
        .iter()
        .any(|issuer| ingress.metadata.annotations.get(issuer).is_some());
    let seconds = if issued {
        grace::CERTIFICATE
    } else {
        grace::INGRESS
    };
    for (index, tls) in ingress.spec.tls.iter().enumerate() {
        let name = tls.secret_name.as_str();
        let first = ingress
            .spec
            .tls
            .iter()
            .position(|other| other.secret_name == name)
            == Some(index);
        // Without a name the controller has a certificate of its own.
        if name.is_empty() || !first {
            continue;
        }
        let secret = exam.world.get::<Secret>(&exam.key.namespace, name);
        let lacks = secret.and_then(|secret| {
            ["tls.crt", "tls.key"]
                .into_iter()
                .find(|key| secret.has(key) == Some(false))
        });
        let absent = secret.is_none() && exam.knows(Kind::Secret, &exam.key.namespace);
        if (!absent && lacks.is_none()) || exam.is_early(made, seconds) {
            continue;
        }
        let (code, title) = match lacks {
            Some(key) => (
                "IngressTlsSecretIncomplete",
                format!("its TLS Secret {name} has no key {key}"),
            ),
            None if issued => (
                "IngressTlsSecretMissing",
                format!("its TLS Secret {name} does not exist: no certificate was issued"),
            ),
            None => (
                "IngressTlsSecretMissing",
                format!("its TLS Secret {name} does not exist"),
            ),
        };
        let mut finding = exam.finding(code, Severity::Warning, title);
        finding.subject = name.into();
        let hosts: Vec<&str> = tls.hosts.iter().map(|host| &**host).take(3).collect();
        let hosts = if hosts.is_empty() {
            "its hosts".to_owned()
        } else {
            hosts.join(", ")
        };
        finding.message = match lacks {
            Some(key) => format!(
                "The certificate of {hosts} is to come from Secret {name}, which has no key {key}: clients get \
                 another one, or none."
            ),
            None => format!(
                "The certificate of {hosts} is to come from Secret {name}, which does not exist: clients get another \
                 one, or none."
            ),
        }
        .into();
        finding.since = made;
        let secret = Key::new(Kind::Secret, &exam.key.namespace, name).object();
        finding
            .evidence
            .push(exam.field(format!("spec.tls[{index}].secretName"), name));
        let said = match lacks {
            Some(key) => format!("Secret {name} has no key {key}"),
            None => format!("Secret {name} does not exist"),
        };
        finding.evidence.push(facts::related(secret.clone(), said));
        // Where nobody is known to make the Secret, the Ingress that names it is what is wrong.
        finding.culprit = (lacks.is_some() || issued).then_some(secret);
        exam.report(finding);
    }
}
