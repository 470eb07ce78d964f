//! Names of objects as people type them: `deploy/shop/checkout`, `no/worker-1`, `certificates.cert-manager.io/shop/tls`.

use super::object::{Kind, ObjectRef};

/// kubectl's short names of the kinds that are watched.
const SHORT: &[(&str, &str)] = &[
    ("po", "Pod"),
    ("rs", "ReplicaSet"),
    ("deploy", "Deployment"),
    ("sts", "StatefulSet"),
    ("ds", "DaemonSet"),
    ("svc", "Service"),
    ("pvc", "PersistentVolumeClaim"),
    ("sc", "StorageClass"),
    ("no", "Node"),
    ("ns", "Namespace"),
    ("ev", "Event"),
    ("cj", "CronJob"),
    ("rc", "ReplicationController"),
    ("ing", "Ingress"),
    ("netpol", "NetworkPolicy"),
    ("pv", "PersistentVolume"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("pdb", "PodDisruptionBudget"),
    ("quota", "ResourceQuota"),
    ("limits", "LimitRange"),
    ("sa", "ServiceAccount"),
    ("cm", "ConfigMap"),
    ("pc", "PriorityClass"),
    ("crd", "CustomResourceDefinition"),
    ("csr", "CertificateSigningRequest"),
];

/// A built-in kind that is not watched: it can be named and read all the same.
struct Unwatched {
    kind: &'static str,
    plural: &'static str,
    short: &'static str,
    api_version: &'static str,
    namespaced: bool,
}

const fn unwatched(
    kind: &'static str,
    plural: &'static str,
    short: &'static str,
    api_version: &'static str,
    namespaced: bool,
) -> Unwatched {
    Unwatched {
        kind,
        plural,
        short,
        api_version,
        namespaced,
    }
}

const UNWATCHED: &[Unwatched] = &[
    unwatched("Endpoints", "endpoints", "ep", "v1", true),
    unwatched("ControllerRevision", "controllerrevisions", "", "apps/v1", true),
    unwatched("Lease", "leases", "", "coordination.k8s.io/v1", true),
];

/// An object as a person names it: `kind[.group]/[namespace/]name`, the kind in any case, short or in the plural.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    kind: String,
    group: Option<String>,
    namespace: Option<String>,
    name: String,
}

impl Named {
    /// Reads `kind[.group]/[namespace/]name`; `None` where it is nothing of the kind.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.trim().split_once('/')?;
        let (kind, group) = match kind.split_once('.') {
            Some((kind, group)) => (kind, Some(group.to_owned())),
            None => (kind, None),
        };
        let (namespace, name) = match rest.split_once('/') {
            Some((namespace, name)) => (Some(namespace.to_owned()), name),
            None => (None, rest),
        };
        let complete = !kind.is_empty() && !name.is_empty() && !name.contains('/');
        complete.then(|| Self {
            kind: kind.to_owned(),
            group,
            namespace,
            name: name.to_owned(),
        })
    }

    /// Whether it may mean that object.
    pub fn means(&self, object: &ObjectRef) -> bool {
        is_kind(&self.kind, &object.kind)
            && *object.name == *self.name
            && self
                .group
                .as_ref()
                .is_none_or(|group| group.eq_ignore_ascii_case(object.group()))
            && self
                .namespace
                .as_ref()
                .is_none_or(|namespace| *object.namespace == **namespace)
    }

    /// The watched kind that it names.
    pub fn watched(&self) -> Option<Kind> {
        Kind::ALL
            .iter()
            .copied()
            .find(|kind| is_kind(&self.kind, kind.name()) && self.is_of_group(kind.group()))
    }

    /// The object of a built-in kind that it names, in `home` where it names no namespace; `None` where the kind is
    /// not known here.
    pub fn object(&self, home: &str) -> Option<ObjectRef> {
        let unwatched = || {
            let found = UNWATCHED.iter().find(|one| {
                let group = one.api_version.split_once('/').map_or("", |(group, _)| group);
                is_kind(&self.kind, one.kind) && self.is_of_group(group)
            })?;
            Some((found.kind, found.api_version.to_owned(), found.namespaced))
        };
        let watched = self.watched();
        let (kind, api_version, namespaced) = watched
            .map(|kind| (kind.name(), kind.api_version(), kind.namespaced()))
            .or_else(unwatched)?;
        let namespace = if namespaced {
            self.namespace.as_deref().unwrap_or(home)
        } else {
            ""
        };
        Some(ObjectRef::new(&api_version, kind, namespace, &self.name))
    }

    /// The kind as it was typed.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    fn is_of_group(&self, group: &str) -> bool {
        self.group
            .as_ref()
            .is_none_or(|asked| asked.eq_ignore_ascii_case(group))
    }
}

/// Whether a word means a kind: its name, its plural or kubectl's short name, in any case.
pub fn is_kind(word: &str, kind: &str) -> bool {
    let is = |name: &str| !name.is_empty() && name.eq_ignore_ascii_case(word);
    let watched = Kind::from_name(kind);
    let beside = UNWATCHED.iter().find(|one| one.kind.eq_ignore_ascii_case(kind));
    // Of a custom kind the plural is guessed as it mostly is.
    let custom = || watched.is_none() && beside.is_none() && is(&format!("{kind}s"));
    is(kind)
        || watched.is_some_and(|kind| is(kind.plural()))
        || SHORT
            .iter()
            .any(|(short, long)| is(short) && long.eq_ignore_ascii_case(kind))
        || beside.is_some_and(|one| is(one.plural) || is(one.short))
        || custom()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_answer_to_all_their_names() {
        for (word, kind) in [
            ("pod", "Pod"),
            ("PODS", "Pod"),
            ("po", "Pod"),
            ("deploy", "Deployment"),
            ("pvc", "PersistentVolumeClaim"),
            ("no", "Node"),
            ("ns", "Namespace"),
            ("sts", "StatefulSet"),
            ("ep", "Endpoints"),
            ("ingresses", "Ingress"),
            ("rollouts", "Rollout"),
        ] {
            assert!(is_kind(word, kind), "{word}");
        }
        for (word, kind) in [("po", "Service"), ("", "Lease"), ("pods", "PodDisruptionBudget")] {
            assert!(!is_kind(word, kind), "{word}");
        }
    }

    #[test]
    fn a_name_stands_for_an_object() {
        for (text, object) in [
            ("deploy/shop/cart", Some("Deployment/shop/cart")),
            ("deployments.apps/cart", Some("Deployment/home/cart")),
            ("Deployment.batch/cart", None),
            ("NO/worker-1", Some("Node/worker-1")),
            ("no/ignored/worker-1", Some("Node/worker-1")),
            ("cm/cart", Some("ConfigMap/home/cart")),
            ("certificates.cert-manager.io/shop/tls", None),
        ] {
            let found = Named::parse(text).unwrap().object("home");
            assert_eq!(found.map(|found| found.path()).as_deref(), object, "{text}");
        }
        for text in ["cart", "po/", "/cart", "po/a/b/c", ""] {
            assert_eq!(Named::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_said_may_be_anything() {
        let named = |text: &str| Named::parse(text).unwrap();
        let pod = ObjectRef::new("v1", "Pod", "shop", "cart");
        assert!(named("po/cart").means(&pod) && named("pods/shop/cart").means(&pod));
        assert!(!named("po/pay/cart").means(&pod) && !named("po.apps/cart").means(&pod));
        let custom = ObjectRef::new("argoproj.io/v1alpha1", "Rollout", "shop", "cart");
        assert!(named("rollout.argoproj.io/cart").means(&custom));
    }
}
