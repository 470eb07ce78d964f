//! docs/analyzers.md is what the analyzers say of themselves, and leaves out nothing that they find.

use std::collections::BTreeSet;
use std::path::Path;

use k8stui::engine::analyzers::{self, codes};

use super::corpus::expected_codes;

/// Codes that cases expect and no analyzer describes yet: to be emptied.
const UNDESCRIBED: &[&str] = &[
    "APIServiceUnavailable",
    "AutoscalerAtMaximum",
    "AutoscalerCannotScale",
    "AutoscalerNoMetrics",
    "AutoscalerTargetMissing",
    "BindingGivesAll",
    "BudgetAllowsNothing",
    "BudgetSelectsNothing",
    "BudgetSyncFailed",
    "BudgetTooFewHealthy",
    "CertificateDenied",
    "CertificateFailed",
    "CertificateNotSigned",
    "CertificatePending",
    "ClaimFileSystemNotGrown",
    "ClaimMissing",
    "ConfigMapKeyMissing",
    "ConfigMapMissing",
    "CronJobBlocked",
    "CronJobDeadlineTooShort",
    "CronJobFailing",
    "CronJobMissed",
    "CronJobNeverSucceeds",
    "CronJobScheduleInvalid",
    "CronJobSuspended",
    "DaemonSetCreateFailed",
    "DaemonSetMisscheduled",
    "DaemonSetRolloutStuck",
    "DaemonSetSelectsNoNode",
    "DaemonSetUnavailable",
    "DefaultAccountUsed",
    "DefinitionNotConverted",
    "DefinitionNotServed",
    "IngressBackendMissing",
    "IngressBackendNotReady",
    "IngressClassMissing",
    "IngressConflict",
    "IngressNoAddress",
    "IngressPortMissing",
    "IngressTlsSecretIncomplete",
    "IngressTlsSecretMissing",
    "IngressWithoutClass",
    "JobCreateFailed",
    "JobFailed",
    "JobRetrying",
    "JobSuspended",
    "LimitRangeForbids",
    "NamespaceStuckTerminating",
    "NetworkPolicyIsolates",
    "NetworkPolicySelectsNothing",
    "NodeEvicting",
    "ObjectStuckDeleting",
    "PodDisrupted",
    "PodResizeStuck",
    "PolicyBindingDangling",
    "PolicyExpressionWrong",
    "PolicyNotBound",
    "PolicyParametersMissing",
    "PriorityClassMissing",
    "PullSecretMissing",
    "QuotaExceeded",
    "QuotaNearlyFull",
    "ReplicaSetUnavailable",
    "ReplicationControllerCreateFailed",
    "ReplicationControllerUnavailable",
    "ResourceClaimMissing",
    "ResourceClaimPending",
    "RuntimeClassMissing",
    "SecretKeyMissing",
    "SecretMissing",
    "ServiceAccountMissing",
    "ServiceExternalNameDangling",
    "ServiceLoadBalancerPending",
    "ServiceProtocolMismatch",
    "StatefulSetClassMissing",
    "StatefulSetCreateFailed",
    "StatefulSetRolloutStuck",
    "StatefulSetServiceMissing",
    "StatefulSetStartStuck",
    "StatefulSetUnavailable",
    "StorageClassSeveralDefaults",
    "VolumeAttachFailed",
    "VolumeDetachFailed",
    "VolumeFailed",
    "VolumeKeptForOther",
    "VolumeNotReclaimed",
    "VolumeReleased",
    "WebhookNobodyReady",
    "WebhookPortMissing",
    "WebhookServiceMissing",
    "WebhookWithoutAuthority",
    "WorkloadMayRunAsRoot",
    "WorkloadPrivileged",
    "WorkloadUsesHost",
];

#[test]
fn analyzers_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/analyzers.md");
    let page = codes::page();
    if std::env::var_os("K8STUI_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    let differs = page.lines().zip(written.lines()).find(|(new, old)| new != old);
    assert!(
        page == written,
        "docs/analyzers.md is old: K8STUI_WRITE_DOCS=1 cargo test analyzers_page\n{differs:?}"
    );
}

#[test]
fn analyzers_page_describes_every_code_of_the_corpus() {
    let described = codes::described();
    let missing: BTreeSet<String> = expected_codes().difference(&described).cloned().collect();
    let allowed: BTreeSet<String> = UNDESCRIBED.iter().map(|code| (*code).to_owned()).collect();
    let new: Vec<&String> = missing.difference(&allowed).collect();
    assert!(
        new.is_empty(),
        "describe them in `Analyzer::codes`, or list them as UNDESCRIBED: {new:#?}"
    );
    let done: Vec<&String> = allowed.difference(&missing).collect();
    assert!(
        done.is_empty(),
        "described meanwhile, no longer UNDESCRIBED: {done:#?}"
    );
}

#[test]
fn analyzers_page_has_each_code_once_and_says_something_of_it() {
    let mut seen = BTreeSet::new();
    for analyzer in analyzers::all() {
        for code in analyzer.codes() {
            assert!(seen.insert(code.code), "{} twice", code.code);
            assert!(!code.severity.is_empty(), "{}", code.code);
            for text in [code.meaning, code.fires, code.silent] {
                assert!(
                    !text.is_empty() && !text.contains("  "),
                    "{}: {text:?}",
                    code.code
                );
            }
        }
    }
}
