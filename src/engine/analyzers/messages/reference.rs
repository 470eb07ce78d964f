//! Objects that a message says are missing.

use super::between;

/// A ConfigMap, Secret, ServiceAccount, … or a key of it, which a message says is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingReference {
    /// `ConfigMap`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The key that it lacks; `None` where the object itself is missing.
    pub key: Option<String>,
}

impl MissingReference {
    /// `ConfigMap api-settings has no key LOG_LEVEL`, `Secret edge-tls does not exist`.
    pub fn title(&self) -> String {
        match &self.key {
            Some(key) => format!("{} {} has no key {key}", self.kind, self.name),
            None => format!("{} {} does not exist", self.kind, self.name),
        }
    }
}

const KINDS: &[(&str, &str)] = &[
    ("configmap", "ConfigMap"),
    ("configmaps", "ConfigMap"),
    ("secret", "Secret"),
    ("secrets", "Secret"),
    ("serviceaccount", "ServiceAccount"),
    ("persistentvolumeclaim", "PersistentVolumeClaim"),
    ("persistentvolume", "PersistentVolume"),
    ("runtimeclass", "RuntimeClass"),
    ("runtimeclass.node.k8s.io", "RuntimeClass"),
    ("priorityclass", "PriorityClass"),
    ("storageclass.storage.k8s.io", "StorageClass"),
    ("service", "Service"),
    ("resourceclaim", "ResourceClaim"),
];

/// Reads the first reference that a message of kubelet, scheduler or API server says is missing.
pub fn missing(message: &str) -> Option<MissingReference> {
    key_missing(message).or_else(|| object_missing(message))
}

/// `couldn't find key LOG_LEVEL in ConfigMap ns/api-settings` (environment), and
/// `references non-existent config key: a.yaml`, where the volume names the object (`configmap "x"` is not said).
fn key_missing(message: &str) -> Option<MissingReference> {
    let (_, rest) = message.split_once("find key ")?;
    let (key, rest) = rest.split_once(" in ")?;
    let (kind, rest) = rest.split_once(' ')?;
    let kind = kind_of(kind)?;
    let path = rest.split([' ', ',', ';']).next()?;
    let name = path.rsplit('/').next()?;
    (!name.is_empty()).then(|| MissingReference {
        kind,
        name: name.to_owned(),
        key: Some(key.to_owned()),
    })
}

/// `configmap "gateway-config" not found`.
fn object_missing(message: &str) -> Option<MissingReference> {
    let mut rest = message;
    while let Some((before, after)) = rest.split_once(" \"") {
        let (name, tail) = after.split_once('"')?;
        let word = before.rsplit([' ', ':', '\n', '(']).next().unwrap_or(before);
        if tail.trim_start().starts_with("not found")
            && let Some(kind) = kind_of(word)
        {
            return Some(MissingReference {
                kind,
                name: name.to_owned(),
                key: None,
            });
        }
        rest = after;
    }
    // FailedToRetrieveImagePullSecret: the secrets in parentheses.
    let secrets = between(message, "image pull secrets (", ")")?;
    let name = secrets.split([',', ' ']).next().filter(|name| !name.is_empty())?;
    Some(MissingReference {
        kind: "Secret",
        name: name.to_owned(),
        key: None,
    })
}

fn kind_of(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    KINDS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_objects_and_keys_are_read() {
        for (message, want) in [
            (
                "couldn't find key LOG_LEVEL in ConfigMap configmap-key-missing/api-settings",
                Some("ConfigMap api-settings has no key LOG_LEVEL"),
            ),
            (
                "Error: couldn't find key SMTP_PASSWORD in Secret secret-key-missing/mailer",
                Some("Secret mailer has no key SMTP_PASSWORD"),
            ),
            (
                "secret \"stripe-credentials\" not found",
                Some("Secret stripe-credentials does not exist"),
            ),
            (
                "MountVolume.SetUp failed for volume \"config\" : configmap \"gateway-config\" not found",
                Some("ConfigMap gateway-config does not exist"),
            ),
            (
                "0/4 nodes are available: persistentvolumeclaim \"media\" not found. not found",
                Some("PersistentVolumeClaim media does not exist"),
            ),
            (
                "error looking up service account serviceaccount-missing/web-sa: serviceaccount \"web-sa\" not found",
                Some("ServiceAccount web-sa does not exist"),
            ),
            (
                "Unable to retrieve some image pull secrets (registry-login); attempting to pull the image may not \
                 succeed.",
                Some("Secret registry-login does not exist"),
            ),
            (
                "MountVolume.SetUp failed for volume \"config\" : failed to sync configmap cache: timed out waiting for \
                 the condition",
                None,
            ),
            ("", None),
        ] {
            assert_eq!(
                missing(message).map(|reference| reference.title()).as_deref(),
                want,
                "{message}"
            );
        }
    }
}
