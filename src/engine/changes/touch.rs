//! Whether a difference touches what fails: a pull depends on the image, not on the limits.

use super::diff::Difference;
use crate::engine::finding::Finding;

/// What a fault depends on: these fields, by their first steps; an empty list stands for all.
struct Aspect {
    codes: &'static [&'static str],
    /// Of any container, or of the failing one alone.
    any_container: bool,
    fields: &'static [&'static str],
}

/// The faults that depend on a few fields. All others depend on the whole of their container and of the pod.
const ASPECTS: &[Aspect] = &[
    Aspect {
        codes: &["ImagePullFailed", "ImageNameInvalid", "PullSecretMissing"],
        any_container: false,
        fields: &[
            "image",
            "imagePullPolicy",
            "imagePullSecrets",
            "serviceAccountName",
            "containers",
            "initContainers",
        ],
    },
    Aspect {
        codes: &["ContainerOOMKilled", "ContainerMemoryNearLimit"],
        any_container: false,
        fields: &[
            "resources",
            "image",
            "command",
            "args",
            "env",
            "envFrom",
            "containers",
        ],
    },
    Aspect {
        codes: &[
            "PodUnschedulable",
            "PodNoScheduler",
            "PodSchedulingGated",
            "PodPreempted",
        ],
        any_container: true,
        fields: &[
            "resources",
            "ports",
            "nodeSelector",
            "nodeName",
            "affinity",
            "tolerations",
            "topologySpreadConstraints",
            "schedulerName",
            "schedulingGates",
            "priorityClassName",
            "runtimeClassName",
            "overhead",
            "volumes",
            "resourceClaims",
            "hostNetwork",
            "containers",
            "initContainers",
        ],
    },
    Aspect {
        codes: &[
            "DeploymentRolloutStuck",
            "StatefulSetRolloutStuck",
            "DaemonSetRolloutStuck",
            "DaemonSetUnavailable",
            "ReplicaSetCreateFailed",
            "StatefulSetCreateFailed",
            "DaemonSetCreateFailed",
            "DeploymentReplicaFailure",
        ],
        any_container: true,
        fields: &[],
    },
];

/// Whether what the finding says may follow from the difference.
pub fn touches(finding: &Finding, difference: &Difference) -> bool {
    // What is only about the pods' metadata changes nothing of how they run.
    if difference.path.starts_with("spec.template.metadata") {
        return false;
    }
    let aspect = ASPECTS
        .iter()
        .find(|aspect| aspect.codes.contains(&&*finding.code));
    let is_any = aspect.is_some_and(|aspect| aspect.any_container);
    let in_place = match (&difference.container, &finding.container) {
        (Some(changed), Some(failing)) => changed == failing || is_any,
        // Of a finding about the pod, or of a part of the pod, nobody knows better.
        _ => true,
    };
    let first = difference.field.split('.').next().unwrap_or_default();
    in_place && aspect.is_none_or(|aspect| aspect.fields.is_empty() || aspect.fields.contains(&first))
}

/// Whether what the finding says may follow from what its container reads: variables, files.
pub fn depends_on_reads(finding: &Finding) -> bool {
    let aspect = ASPECTS
        .iter()
        .find(|aspect| aspect.codes.contains(&&*finding.code));
    aspect.is_none_or(|aspect| aspect.fields.contains(&"envFrom"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::finding::Severity;
    use crate::engine::object::ObjectRef;

    #[test]
    fn a_fault_is_touched_by_what_it_depends_on() {
        let app = Some("app");
        for (code, failing, path, container, field, want) in [
            (
                "ImagePullFailed",
                app,
                "spec.template.spec.containers[0].image",
                app,
                "image",
                true,
            ),
            (
                "ImagePullFailed",
                app,
                "spec.template.spec.containers[0].env[0]",
                app,
                "env.A",
                false,
            ),
            (
                "ImagePullFailed",
                app,
                "spec.template.spec.containers[1].image",
                Some("log"),
                "image",
                false,
            ),
            (
                "ContainerCrashLoop",
                app,
                "spec.template.spec.containers[0].args",
                app,
                "args",
                true,
            ),
            (
                "ContainerCrashLoop",
                app,
                "spec.template.spec.volumes[0]",
                None,
                "volumes.cfg",
                true,
            ),
            (
                "ContainerCrashLoop",
                app,
                "spec.template.spec.containers[1].args",
                Some("log"),
                "args",
                false,
            ),
            (
                "ContainerCrashLoop",
                app,
                "spec.template.metadata.labels.a",
                None,
                "labels.a",
                false,
            ),
            (
                "ContainerOOMKilled",
                app,
                "spec.template.spec.containers[0].resources.limits.memory",
                app,
                "resources.limits.memory",
                true,
            ),
            (
                "ContainerOOMKilled",
                app,
                "spec.template.spec.containers[0].livenessProbe.httpGet.path",
                app,
                "livenessProbe.httpGet.path",
                false,
            ),
            (
                "PodUnschedulable",
                None,
                "spec.template.spec.nodeSelector.disk",
                None,
                "nodeSelector.disk",
                true,
            ),
            (
                "PodUnschedulable",
                None,
                "spec.template.spec.containers[0].image",
                app,
                "image",
                false,
            ),
            (
                "DeploymentRolloutStuck",
                None,
                "spec.template.spec.containers[0].image",
                app,
                "image",
                true,
            ),
        ] {
            let mut finding = Finding::new(
                code,
                Severity::Warning,
                ObjectRef::new("v1", "Pod", "a", "b"),
                "t",
            );
            finding.container = failing.map(Into::into);
            let difference = Difference {
                path: path.into(),
                container: container.map(Into::into),
                field: field.into(),
                what: "".into(),
                old: None,
                new: None,
                text: "".into(),
            };
            assert_eq!(
                touches(&finding, &difference),
                want,
                "{code} {field} of {container:?}"
            );
        }
    }
}
