//! Who names whom in a log: the clients of a Service as their own errors tell.

use std::collections::{BTreeSet, HashMap};

use super::{LogKey, World};
use crate::engine::analyzers::logs::{LogDigest, Target, Trouble};
use crate::engine::kinds::{Pod, Service};
use crate::engine::object::{Key, Kind, Text};

/// The logs whose error names a host as not reached.
#[derive(Debug, Default)]
pub(super) struct Clients(HashMap<Text, BTreeSet<LogKey>>);

impl Clients {
    /// What a healthy pod said of a retry is no fault of whom it named.
    pub fn add(&mut self, log: &LogKey, digest: &LogDigest) {
        if digest.skimmed {
            return;
        }
        for target in &digest.named.unreached {
            self.0.entry(target.host.clone()).or_default().insert(log.clone());
        }
    }

    pub fn remove(&mut self, log: &LogKey, digest: &LogDigest) {
        for target in &digest.named.unreached {
            if let Some(logs) = self.0.get_mut(&target.host) {
                logs.remove(log);
                if logs.is_empty() {
                    self.0.remove(&target.host);
                }
            }
        }
    }
}

/// One that does not reach a Service, as its log says.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// The log.
    pub log: &'a LogKey,
    /// What is kept of it.
    pub digest: &'a LogDigest,
    /// Why it does not.
    pub trouble: Trouble,
    /// How it names the Service.
    pub target: &'a Target,
}

/// The Services that a name may be one of, seen from a namespace, likeliest first; there or not. A name of two parts may
/// be that of a pod of a StatefulSet, by its Service.
pub fn services_named(host: &str, namespace: &str) -> Vec<Key> {
    let host = host.trim_end_matches('.');
    let service = |namespace: &str, name: &str| Key::new(Kind::Service, namespace, name);
    let mut labels: Vec<&str> = host.split('.').collect();
    if let Some(svc) = labels.iter().position(|label| *label == "svc") {
        labels.truncate(svc);
        return match labels.as_slice() {
            [name, namespace] | [_, name, namespace] => vec![service(namespace, name)],
            _ => Vec::new(),
        };
    }
    match labels.as_slice() {
        [name] => vec![service(namespace, name)],
        [name, other] => vec![service(other, name), service(namespace, other)],
        [_, name, other] => vec![service(other, name)],
        _ => Vec::new(),
    }
}

/// Whether a name can be that of a Service alone: one without a dot, or with the cluster's own `svc`.
pub fn is_of_cluster(host: &str) -> bool {
    !host.contains('.') || host.split('.').skip(1).any(|label| label == "svc")
}

impl World {
    /// The Service that a host is, seen from a namespace: by its name, or by the address of the cluster.
    pub fn service_at(&self, host: &str, namespace: &str) -> Option<Key> {
        if let Some(key) = self.index.at_address(host) {
            return Some(key.clone());
        }
        services_named(host, namespace)
            .into_iter()
            .find(|key| self.meta(key).is_some())
    }

    /// Those whose error says that they do not reach a Service, which need not be there; in order of their log.
    pub fn clients_of(&self, service: &Key) -> Vec<Client<'_>> {
        let (namespace, name) = (&*service.namespace, &*service.name);
        let there = self.get::<Service>(namespace, name);
        let address = there.map_or("", |service| service.spec.cluster_ip.as_str());
        let hosts = [
            name.to_owned(),
            format!("{name}.{namespace}"),
            format!("{name}.{namespace}.svc"),
            format!("{name}.{namespace}.svc.cluster.local"),
            address.to_owned(),
        ];
        let mut clients: Vec<Client> = Vec::new();
        for host in &hosts {
            for log in self.clients.0.get(host.as_str()).into_iter().flatten() {
                // A name without a namespace is one of the client's own.
                let near = host.contains('.') || *log.namespace == *namespace;
                let Some(digest) = self.logs.get(log).filter(|_| near) else {
                    continue;
                };
                let target = digest
                    .named
                    .unreached
                    .iter()
                    .find(|target| *target.host == **host);
                let lives = self.get::<Pod>(&log.namespace, &log.pod).is_some();
                if let (Some(target), Some(trouble), true) = (target, digest.named.trouble, lives) {
                    clients.push(Client {
                        log,
                        digest,
                        trouble,
                        target,
                    });
                }
            }
        }
        clients.sort_by(|a, b| a.log.cmp(b.log));
        clients.dedup_by(|a, b| a.log == b.log && a.target.port.is_none());
        clients
    }

    /// The Services that the logs of a pod say are not reached, there or not.
    pub fn services_unreached_by(&self, pod: &Pod) -> Vec<Key> {
        let (namespace, name) = (&pod.metadata.namespace, &pod.metadata.name);
        let logs = pod.statuses().flat_map(|(_, _, status)| {
            [false, true].map(|previous| LogKey {
                namespace: namespace.clone(),
                pod: name.clone(),
                container: status.name.clone(),
                previous,
            })
        });
        let digests = logs.filter_map(|log| self.logs.get(&log));
        let mut keys: Vec<Key> = digests
            .flat_map(|digest| &digest.named.unreached)
            .flat_map(|target| match self.index.at_address(&target.host) {
                Some(key) => vec![key.clone()],
                None => services_named(&target.host, namespace),
            })
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// All Services that logs say are not reached and that are not there, in order; of a namespace, or everywhere.
    pub fn missing_services_named(&self, of: Option<&str>) -> Vec<Key> {
        let named = self
            .clients
            .0
            .iter()
            .flat_map(|(host, logs)| logs.iter().flat_map(|log| services_named(host, &log.namespace)));
        let mut keys: Vec<Key> = named
            .filter(|key| of.is_none_or(|of| *key.namespace == *of) && self.meta(key).is_none())
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }
}
