//! What the name of a file says about what is in it: the layouts of the usual dumps.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::object::{Kind, Text};

/// What a name says about a list in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// The kind of its items.
    pub kind: Option<Kind>,
    /// The namespace that was listed: a guess until the items agree.
    pub namespace: Option<Text>,
}

impl Hint {
    /// From a name with `/` between folders: `pods.json`, `deployments.apps.json`, `NAMESPACE/pods.json`,
    /// `namespaces/NAMESPACE/core/pods.yaml`, `cluster-resources/pods/NAMESPACE.json`.
    pub fn of(name: &str) -> Self {
        let mut parts: Vec<&str> = name.split('/').collect();
        let file = parts.pop().unwrap_or_default();
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let below = |folder: &str| {
            let at = parts.iter().position(|part| *part == folder)?;
            parts.get(at + 1).copied()
        };
        let parent = parts.last().copied();
        let by_stem = kind_named(stem);
        let kind = by_stem.or_else(|| kind_named(parent?));
        let namespace = if by_stem.is_some() {
            below("namespaces").or(parent)
        } else {
            Some(stem)
        };
        Self {
            kind,
            namespace: namespace
                .filter(|_| kind.is_some_and(Kind::namespaced))
                .map(Into::into),
        }
    }
}

/// The kind that a file or folder is named after: its resource name, with the group or without, as kubectl, oc and
/// support bundles write it.
fn kind_named(word: &str) -> Option<Kind> {
    let (plural, group) = match word.split_once('.') {
        Some((plural, group)) => (plural, Some(group)),
        None => (word, None),
    };
    let plural = plural.replace('-', "").to_ascii_lowercase();
    let plural = match plural.as_str() {
        "pvcs" => "persistentvolumeclaims",
        "pvs" => "persistentvolumes",
        other => other,
    };
    Kind::ALL.iter().copied().find(|kind| {
        let of_group = group
            .is_none_or(|group| group == kind.group() || (*kind == Kind::Event && group == "events.k8s.io"));
        of_group && (plural == kind.plural() || plural.eq_ignore_ascii_case(kind.name()))
    })
}

/// Whose log a file is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogOf {
    /// The pod's namespace.
    pub namespace: Text,
    /// The pod.
    pub pod: Text,
    /// The container.
    pub container: Text,
    /// Whether it is of the instance before the present one.
    pub previous: bool,
}

/// The pods that are known, by name, each with its namespaces and its containers.
pub type Pods = BTreeMap<Text, BTreeMap<Text, BTreeSet<Text>>>;

/// Whose log a file is, by its name and the pods that are known. `None` where it is of no known pod.
pub fn log_of(name: &str, pods: &Pods) -> Option<LogOf> {
    let parts: Vec<&str> = name.split('/').collect();
    let part = |from_end: usize| {
        let at = parts.len().checked_sub(from_end)?;
        parts.get(at).copied()
    };
    let stem = part(1)?.strip_suffix(".log")?;
    if part(2) == Some("logs") && (stem.starts_with("current") || stem.starts_with("previous")) {
        // namespaces/NAMESPACE/pods/POD/CONTAINER/CONTAINER/logs/current.log
        let at = parts.iter().position(|part| *part == "pods")?;
        let (namespace, pod) = (parts.get(at.checked_sub(1)?)?, parts.get(at + 1)?);
        return Some(LogOf {
            namespace: (*namespace).into(),
            pod: (*pod).into(),
            container: part(3)?.into(),
            previous: stem.starts_with("previous"),
        });
    }
    let (container, previous) = [".previous", "-previous"]
        .iter()
        .find_map(|end| Some((stem.strip_suffix(end)?, true)))
        .unwrap_or((stem, false));
    let of = |namespace: &Text, pod: &str, container: &str| LogOf {
        namespace: namespace.clone(),
        pod: pod.into(),
        container: container.into(),
        previous,
    };
    // NAMESPACE/POD/CONTAINER.log; where the folder above is no namespace, the pod's name must be the only one.
    if let Some((pod, namespaces)) = part(2).and_then(|pod| Some((pod, pods.get(pod)?))) {
        let named = part(3).and_then(|namespace| namespaces.get_key_value(namespace));
        let only = namespaces.first_key_value().filter(|_| namespaces.len() == 1);
        return named.or(only).map(|(namespace, _)| of(namespace, pod, container));
    }
    // POD.log, of a pod with one container.
    let namespaces = pods.get(container)?;
    let (namespace, containers) = namespaces.first_key_value().filter(|_| namespaces.len() == 1)?;
    let only = containers.first().filter(|_| containers.len() == 1)?;
    Some(of(namespace, container, only))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_kind_and_namespace() {
        for (name, kind, namespace) in [
            ("pods.json", Some(Kind::Pod), None),
            ("deployments.apps.json", Some(Kind::Deployment), None),
            ("deployments.example.org.json", None, None),
            ("events.events.k8s.io.json", Some(Kind::Event), None),
            ("shop/pods.json", Some(Kind::Pod), Some("shop")),
            ("shop/replica-sets.yaml", Some(Kind::ReplicaSet), Some("shop")),
            ("mg/namespaces/shop/core/pods.yaml", Some(Kind::Pod), Some("shop")),
            (
                "cluster-scoped-resources/core/nodes/worker-1.yaml",
                Some(Kind::Node),
                None,
            ),
            ("cluster-resources/pods/shop.json", Some(Kind::Pod), Some("shop")),
            (
                "cluster-resources/pvcs/shop.json",
                Some(Kind::PersistentVolumeClaim),
                Some("shop"),
            ),
            (
                "cluster-resources/storage-classes.json",
                Some(Kind::StorageClass),
                None,
            ),
            ("verify.json", None, None),
        ] {
            let hint = Hint::of(name);
            assert_eq!(
                (hint.kind, hint.namespace.as_deref()),
                (kind, namespace),
                "{name}"
            );
        }
    }

    #[test]
    fn names_tell_whose_log_it_is() {
        let pods: Pods = [
            ("web-1", vec![("shop", vec!["nginx", "sidecar"])]),
            ("db-0", vec![("shop", vec!["db"]), ("pay", vec!["db"])]),
            ("job-x", vec![("pay", vec!["run"])]),
        ]
        .into_iter()
        .map(|(pod, namespaces)| {
            let namespaces = namespaces.into_iter().map(|(namespace, containers)| {
                (namespace.into(), containers.into_iter().map(Into::into).collect())
            });
            (pod.into(), namespaces.collect())
        })
        .collect();
        for (name, expected) in [
            ("logs/shop/web-1/nginx.log", "shop web-1 nginx"),
            ("logs/shop/web-1/nginx.previous.log", "shop web-1 nginx previous"),
            (
                "cluster-resources/pods/logs/pay/db-0/db-previous.log",
                "pay db-0 db previous",
            ),
            ("collected/web-1/sidecar.log", "shop web-1 sidecar"),
            ("collected/db-0/db.log", "-"),
            ("collected/job-x.log", "pay job-x run"),
            ("collected/web-1.log", "-"),
            ("mg/namespaces/a/pods/p/c/c/logs/current.log", "a p c"),
            (
                "mg/namespaces/a/pods/p/c/c/logs/previous.insecure.log",
                "a p c previous",
            ),
            ("install.log", "-"),
        ] {
            let said = log_of(name, &pods).map_or("-".to_owned(), |of| {
                let previous = if of.previous { " previous" } else { "" };
                format!("{} {} {}{previous}", of.namespace, of.pod, of.container)
            });
            assert_eq!(said, expected, "{name}");
        }
    }
}
