//! Custom kinds by discovery: for those who may not list CustomResourceDefinitions. One request (aggregated
//! discovery, Kubernetes 1.26 and newer).

use serde::Deserialize;

use crate::engine::cluster::{Failure, FailureKind, Live};

const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                      application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

/// Groups of which every kind is the server's own.
const BUILT_IN: &[&str] = &[
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "metrics.k8s.io",
    "custom.metrics.k8s.io",
    "external.metrics.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// A kind that the server has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// Its group.
    pub group: String,
    /// Its name.
    pub kind: String,
    /// The version that the server likes best.
    pub version: String,
    /// Its name in API paths.
    pub plural: String,
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
}

#[derive(Deserialize)]
struct Groups {
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    metadata: Named,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(rename = "resource")]
    plural: String,
    response_kind: Option<ResponseKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
}

#[derive(Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

/// Asks the server for its custom kinds.
///
/// # Errors
/// It does not answer, or not so.
pub async fn discover(live: &Live) -> Result<Vec<Discovered>, Failure> {
    let answer = live.json("/apis", ACCEPT).await?;
    let groups: Groups = serde_json::from_value(answer).map_err(|error| {
        let what = format!("the server's kinds cannot be read: {error}");
        Failure::new(FailureKind::Refused, what)
    })?;
    Ok(custom(groups))
}

/// Whether an API group is one of the server's own.
pub(super) fn is_built_in(group: &str) -> bool {
    // Groups without a dot (apps, batch) are the server's own too.
    !group.contains('.') || BUILT_IN.contains(&group)
}

fn custom(groups: Groups) -> Vec<Discovered> {
    let mut found: Vec<Discovered> = Vec::new();
    for group in groups.items {
        let name = group.metadata.name;
        if is_built_in(&name) {
            continue;
        }
        // The best version comes first; a kind that only an older one has is taken from there.
        for version in group.versions {
            for resource in version.resources {
                let has = |verb: &str| resource.verbs.iter().any(|own| own == verb);
                let kind = resource.response_kind.map(|kind| kind.kind).unwrap_or_default();
                let known = found.iter().any(|one| one.group == name && one.kind == kind);
                if !kind.is_empty() && has("list") && has("watch") && !known {
                    found.push(Discovered {
                        group: name.clone(),
                        kind,
                        version: version.version.clone(),
                        plural: resource.plural,
                        namespaced: resource.scope == "Namespaced",
                    });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_that_can_be_watched_are_found_in_their_best_version() {
        let resource = |name: &str, kind: &str, verbs: &[&str]| json!({"resource": name, "responseKind": {"kind": kind}, "scope": "Namespaced", "verbs": verbs});
        let watchable = &["get", "list", "watch"];
        let groups = json!({"items": [
            {"metadata": {"name": "apps"}, "versions": [{"version": "v1", "resources": [resource("deployments", "Deployment", watchable)]}]},
            {"metadata": {"name": "storage.k8s.io"}, "versions": [{"version": "v1", "resources": [resource("csidrivers", "CSIDriver", watchable)]}]},
            {"metadata": {"name": "cert-manager.io"}, "versions": [
                {"version": "v1", "resources": [resource("certificates", "Certificate", watchable), resource("odds", "Odd", &["create"])]},
                {"version": "v1alpha2", "resources": [resource("certificates", "Certificate", watchable), resource("issuers", "Issuer", watchable)]}]},
        ]});
        let found = custom(serde_json::from_value(groups).unwrap());
        let names: Vec<String> = found
            .iter()
            .map(|one| format!("{}/{} {}", one.group, one.version, one.plural))
            .collect();
        assert_eq!(
            names,
            [
                "cert-manager.io/v1 certificates",
                "cert-manager.io/v1alpha2 issuers"
            ]
        );
    }
}
