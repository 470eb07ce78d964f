//! The codes of findings about admission webhooks, validating and mutating.

use super::Code;
use crate::engine::finding::Severity::{Critical, Info, Warning};

/// The codes, in order of name.
pub const CODES: &[Code] = &[
    Code {
        code: "WebhookNobodyReady",
        severity: &[Critical, Warning, Info],
        meaning: "an admission webhook cannot be asked: nobody behind its Service is ready",
        fires: "No endpoint is ready, for a minute since the last of its pods became unready. Critical \
             where failurePolicy is Fail and it is about writes of what every workload needs (pods, \
             workloads, Services, Secrets, Leases, nodes …, not custom kinds of the same names) in a \
             namespace that exists; warning for others with Fail, and for mutating ones with Ignore that are \
             about such writes; else information.",
        silent: "Webhooks by URL, which cannot be seen from here; one ready endpoint is enough; endpoints \
             that could not be read.",
    },
    Code {
        code: "WebhookPortMissing",
        severity: &[Critical, Warning, Info],
        meaning: "an admission webhook cannot be asked: its Service has not that port",
        fires: "clientConfig.service.port (443 if none is said) is no port of the Service, and the \
             configuration is a minute old. Severity as of WebhookNobodyReady.",
        silent: "Webhooks by URL; Services of type ExternalName.",
    },
    Code {
        code: "WebhookServiceMissing",
        severity: &[Critical, Warning, Info],
        meaning: "an admission webhook cannot be asked: its Service does not exist",
        fires: "clientConfig.service names none, and the configuration is a minute old. Severity as of \
             WebhookNobodyReady.",
        silent: "Webhooks by URL; Services that could not be read.",
    },
    Code {
        code: "WebhookWithoutAuthority",
        severity: &[Warning, Info],
        meaning: "an admission webhook says no certificate authority, so its answers are not trusted",
        fires: "caBundle is empty 5 min after the configuration was made. Information where it is so by \
             WebhookNobodyReady, else warning: an authority of the machine may have signed for it.",
        silent: "The first 5 min, in which another controller (cert-manager, its own operator) writes it; \
             webhooks that cannot be asked at all, of which that is told.",
    },
];
