//! What filters are called and what they cover.

use super::*;
use crate::engine::evidence::Evidence;
use crate::engine::finding::Severity;
use crate::engine::object::Key;

fn finding(api_version: &str, kind: &str) -> Finding {
    let object = ObjectRef::new(api_version, kind, "shop", "web");
    Finding::new("Code", Severity::Warning, object, "is broken")
}

#[test]
fn every_name_of_k8sgpt_is_a_filter() {
    for name in [
        "Pod",
        "Deployment",
        "ReplicaSet",
        "PersistentVolumeClaim",
        "Service",
        "Ingress",
        "StatefulSet",
        "CronJob",
        "Job",
        "DaemonSet",
        "Node",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "ConfigMap",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "Log",
        "GatewayClass",
        "Gateway",
        "HTTPRoute",
        "Storage",
        "Security",
        "ClusterCatalog",
        "ClusterExtension",
        "ClusterServiceVersion",
        "Subscription",
        "InstallPlan",
        "CatalogSource",
        "OperatorGroup",
        "ScaledObject",
        "PolicyReport",
        "ClusterPolicyReport",
        "PrometheusConfigValidate",
        "PrometheusConfigRelabelReport",
    ] {
        assert!(Filter::parse(name).is_some(), "{name}");
        assert!(Filter::parse(&name.to_lowercase()).is_some(), "{name}");
    }
}

#[test]
fn every_filter_that_is_listed_can_be_named() {
    for listed in all() {
        let filter = Filter::parse(&listed.name).unwrap_or_else(|| panic!("{}", listed.name));
        assert_eq!(filter.name(), listed.name);
    }
    assert!(names().iter().all(|name| Filter::parse(name).is_some()));
}

#[test]
fn a_filter_covers_what_it_names() {
    for (word, api_version, kind, covers) in [
        ("po", "v1", "Pod", true),
        ("PODS", "v1", "Pod", true),
        ("Pod", "v1", "Service", false),
        ("storage", "storage.k8s.io/v1", "StorageClass", true),
        ("Security", "v1", "Pod", false),
        ("customresource", "argoproj.io/v1alpha1", "Rollout", true),
        ("customresource", "apps/v1", "Deployment", false),
        ("rollouts", "argoproj.io/v1alpha1", "Rollout", true),
        ("widget.example.io", "example.io/v1", "Widget", true),
        ("widget.example.io", "example.org/v1", "Widget", false),
    ] {
        let filter = Filter::parse(word).unwrap();
        assert_eq!(
            filter.covers(&finding(api_version, kind)),
            covers,
            "{word} {kind}"
        );
    }
    let mut said = finding("v1", "Pod");
    let log = Filter::parse("Log").unwrap();
    assert!(!log.covers(&said));
    said.evidence.push(Evidence {
        object: said.object.clone(),
        source: Source::Log {
            container: "web".into(),
            container_id: "".into(),
            previous: false,
        },
        time: None,
        text: "fatal".into(),
    });
    assert!(log.covers(&said));
    for word in ["", "nonsense", ".example.io", "widget.", "a b.c"] {
        assert_eq!(Filter::parse(word), None, "{word}");
    }
}

/// Which analyzers a topic has is said by these alone; here it is read off what they find.
#[test]
fn a_topic_covers_what_its_analyzers_find() {
    for (word, api_version, kind, code, covers) in [
        ("Security", "apps/v1", "Deployment", "WorkloadPrivileged", true),
        (
            "Security",
            "apps/v1",
            "Deployment",
            "DeploymentUnavailable",
            false,
        ),
        ("Security", "v1", "Pod", "WorkloadMayRunAsRoot", true),
        ("Security", "v1", "ServiceAccount", "ServiceAccountMissing", true),
        (
            "Security",
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "BindingGivesAll",
            true,
        ),
        ("Storage", "v1", "PersistentVolumeClaim", "ClaimMissing", true),
        ("Storage", "v1", "PersistentVolume", "ObjectStuckDeleting", true),
        ("Storage", "v1", "ConfigMap", "ObjectStuckDeleting", false),
        ("Finalizer", "v1", "ConfigMap", "ObjectStuckDeleting", true),
        ("Finalizer", "v1", "ConfigMap", "ConfigMapMissing", false),
        (
            "Prometheus",
            "monitoring.coreos.com/v1alpha1",
            "ScrapeConfig",
            "CustomResourceFailed",
            true,
        ),
        (
            "Prometheus",
            "example.io/v1",
            "Probe",
            "CustomResourceFailed",
            false,
        ),
    ] {
        let object = ObjectRef::new(api_version, kind, "shop", "web");
        let finding = Finding::new(code, Severity::Info, object, "is so");
        let filter = Filter::parse(word).unwrap();
        assert_eq!(filter.covers(&finding), covers, "{word} {kind} {code}");
    }
}

#[test]
fn every_analyzer_can_be_asked_for_by_its_name() {
    for analyzer in everyone() {
        let filter = Filter::parse(analyzer.name()).unwrap_or_else(|| panic!("{}", analyzer.name()));
        let object = Key::new(analyzer.kind(), "shop", "web").object();
        for code in analyzer.codes() {
            let finding = Finding::new(code.code, Severity::Info, object.clone(), "is so");
            assert!(filter.covers(&finding), "{} {}", analyzer.name(), code.code);
        }
    }
}

#[test]
fn what_is_allowed_more_than_need_be_is_asked_for_by_name() {
    for (word, asks) in [
        ("Security", true),
        ("RoleBinding", true),
        ("ClusterRoleBinding", true),
        ("ServiceAccount", false),
        ("Pod", false),
        ("Storage", false),
        ("Prometheus", false),
        ("Log", false),
        ("CustomResource", false),
    ] {
        assert_eq!(Filter::parse(word).unwrap().asks_for_posture(), asks, "{word}");
    }
}

#[test]
fn a_custom_analyzer_is_a_filter_by_the_code_of_what_it_finds() {
    let filter = Filter::parse("Custom/disks").unwrap();
    assert_eq!(filter.name(), remote("disks").name);
    let mut said = finding("v1", "Pod");
    assert!(!filter.covers(&said));
    said.code = "Custom/disks".into();
    assert!(filter.covers(&said));
    for word in ["Custom/", "Custom/a b", "Custom/a/b"] {
        assert_eq!(Filter::parse(word), None, "{word}");
    }
}

#[test]
fn prometheus_is_its_configuration_and_what_its_operator_follows() {
    let filter = Filter::parse("PrometheusConfigValidate").unwrap();
    let mut said = finding("v1", "ConfigMap");
    assert!(!filter.covers(&said));
    said.code = "PrometheusConfigInvalid".into();
    assert!(filter.covers(&said));
    assert!(filter.covers(&finding("monitoring.coreos.com/v1", "ScrapeConfig")));
}
