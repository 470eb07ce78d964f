//! Which labels the targets of a job can have before they are relabelled.

use std::collections::BTreeSet;

use serde_json::Value;

/// The labels of a job's targets.
pub struct Labels {
    /// Any label at all may be there.
    any: bool,
    names: BTreeSet<String>,
    prefixes: Vec<String>,
}

/// What every target has.
const ALWAYS: &[&str] = &[
    "__address__",
    "__scheme__",
    "__metrics_path__",
    "__scrape_interval__",
    "__scrape_timeout__",
    "job",
    "instance",
];

/// Ways of discovery whose labels all begin with their own name. Of others (`aws` gives `__meta_ec2_…`, and what newer
/// versions bring) any `__meta_…` is taken for one of theirs.
const OWN_PREFIX: &[&str] = &[
    "azure",
    "consul",
    "digitalocean",
    "dns",
    "docker",
    "dockerswarm",
    "ec2",
    "gce",
    "hetzner",
    "linode",
    "nomad",
    "openstack",
];

/// What the roles of the discovery of Kubernetes give, after `__meta_kubernetes_`; a namespace's are everywhere but at
/// nodes.
fn of_role(role: &str) -> Option<&'static [&'static str]> {
    Some(match role {
        "node" => &["node_"],
        "service" => &["namespace", "service_"],
        "pod" => &["namespace", "pod_", "node_"],
        "endpoints" | "endpointslice" => &["namespace", "endpoint", "service_", "pod_", "node_"],
        "ingress" => &["namespace", "ingress_"],
        _ => return None,
    })
}

impl Labels {
    /// Those that a job's ways of discovery give.
    pub fn of(job: &Value) -> Self {
        let mut labels = Self {
            any: false,
            names: ALWAYS.iter().map(|name| (*name).to_owned()).collect(),
            prefixes: vec!["__param_".to_owned()],
        };
        for (way, lists) in job.as_object().into_iter().flatten() {
            let lists = lists.as_array().map(Vec::as_slice).unwrap_or_default();
            match way.strip_suffix("_sd_configs") {
                // Whoever writes the file or answers the request gives what labels they please.
                Some("file" | "http") => labels.any = true,
                Some("kubernetes") => labels.kubernetes(lists),
                Some(known) if OWN_PREFIX.contains(&known) => {
                    labels.prefixes.push(format!("__meta_{known}_"));
                }
                Some(_) => labels.prefixes.push("__meta_".to_owned()),
                None if way == "static_configs" => labels.fixed(lists),
                None => {}
            }
        }
        labels
    }

    fn kubernetes(&mut self, lists: &[Value]) {
        for one in lists {
            match one.get("role").and_then(Value::as_str).and_then(of_role) {
                Some(parts) => {
                    let parts = parts.iter().map(|part| format!("__meta_kubernetes_{part}"));
                    self.prefixes.extend(parts);
                }
                None => self.prefixes.push("__meta_kubernetes_".to_owned()),
            }
        }
    }

    fn fixed(&mut self, lists: &[Value]) {
        for one in lists {
            let labels = one.get("labels").and_then(Value::as_object);
            self.names
                .extend(labels.into_iter().flatten().map(|(name, _)| name.clone()));
        }
    }

    /// A rule sets a label; one whose name is made of what it matched may be any.
    pub fn set(&mut self, label: &str) {
        if label.contains('$') {
            self.any = true;
        } else {
            self.names.insert(label.to_owned());
        }
    }

    /// A rule sets labels of names that are not known here.
    pub fn set_any(&mut self) {
        self.any = true;
    }

    /// Whether a target can have it.
    pub fn may_have(&self, label: &str) -> bool {
        self.any || self.names.contains(label) || self.prefixes.iter().any(|prefix| label.starts_with(prefix))
    }
}
