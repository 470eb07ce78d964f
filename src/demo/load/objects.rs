//! The objects around the pods of a generated cluster.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Health;
use crate::demo::store::{seconds, uid};

/// What the objects of a workload share.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) namespace: &'a str,
    pub(super) app: &'a str,
    pub(super) hash: &'a str,
    pub(super) owner: &'a str,
    pub(super) born: &'a str,
}

impl Names<'_> {
    pub(super) fn deployment(&self, uid: &str, spec: &Value, replicas: usize, ready: usize) -> Value {
        let status = if ready > 0 { "True" } else { "False" };
        let reason = if ready > 0 {
            "MinimumReplicasAvailable"
        } else {
            "MinimumReplicasUnavailable"
        };
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"namespace": self.namespace, "name": self.app, "uid": uid, "generation": 1,
                "creationTimestamp": self.born, "labels": {"app": self.app},
                "annotations": {"deployment.kubernetes.io/revision": "2"}},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": self.app}},
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
                "progressDeadlineSeconds": 600, "revisionHistoryLimit": 10,
                "template": {"metadata": {"labels": {"app": self.app}}, "spec": spec}},
            "status": {"observedGeneration": 1, "replicas": replicas, "updatedReplicas": replicas,
                "readyReplicas": ready, "availableReplicas": ready, "unavailableReplicas": replicas - ready,
                "conditions": [{"type": "Available", "status": status, "reason": reason, "message": "",
                    "lastTransitionTime": self.born, "lastUpdateTime": self.born}]},
        })
    }

    pub(super) fn replica_set(
        &self,
        uid: &str,
        owner: &str,
        spec: &Value,
        replicas: usize,
        ready: usize,
    ) -> Value {
        let labels = json!({"app": self.app, "pod-template-hash": self.hash});
        json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"namespace": self.namespace, "name": self.owner, "uid": uid, "generation": 1,
                "creationTimestamp": self.born, "labels": labels,
                "annotations": {"deployment.kubernetes.io/revision": if replicas > 0 { "2" } else { "1" }},
                "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": self.app, "uid": owner,
                    "controller": true, "blockOwnerDeletion": true}]},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": spec}},
            "status": {"observedGeneration": 1, "replicas": replicas, "fullyLabeledReplicas": replicas,
                "readyReplicas": ready, "availableReplicas": ready},
        })
    }

    pub(super) fn service(&self, uid: &str, number: usize, port: &Value) -> Value {
        let ip = format!(
            "10.{}.{}.{}",
            96 + number / 62_500,
            number / 250 % 250,
            number % 250 + 2
        );
        json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"namespace": self.namespace, "name": self.app, "uid": uid, "creationTimestamp": self.born},
            "spec": {"type": "ClusterIP", "clusterIP": ip, "clusterIPs": [ip], "sessionAffinity": "None",
                "selector": {"app": self.app},
                "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": port}]},
            "status": {"loadBalancer": {}},
        })
    }

    pub(super) fn slice(&self, service: &str, endpoints: &[Value], port: &Value) -> Value {
        json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"namespace": self.namespace, "name": format!("{}-x5k2p", self.app),
                "creationTimestamp": self.born,
                "labels": {"kubernetes.io/service-name": self.app,
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"},
                "ownerReferences": [{"apiVersion": "v1", "kind": "Service", "name": self.app, "uid": service,
                    "controller": true, "blockOwnerDeletion": true}]},
            "endpoints": endpoints,
            "ports": [{"name": "http", "port": port, "protocol": "TCP"}],
        })
    }
}

pub(super) fn event(names: &Names<'_>, pod: &str, uid: &str, health: Health, now: Timestamp) -> Value {
    let (reason, message) = match health {
        Health::CannotPull => ("Failed", "Error: ImagePullBackOff".to_owned()),
        _ => (
            "BackOff",
            format!(
                "Back-off restarting failed container nginx in pod {pod}_{}({uid})",
                names.namespace
            ),
        ),
    };
    json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"namespace": names.namespace, "name": format!("{pod}.18e9eac9a9eb462c")},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "namespace": names.namespace, "name": pod, "uid": uid},
        "type": "Warning", "reason": reason, "message": message, "count": 40, "eventTime": null,
        "firstTimestamp": names.born, "lastTimestamp": seconds(now), "reportingComponent": "kubelet",
        "reportingInstance": "node-0000", "source": {"component": "kubelet", "host": "node-0000"},
    })
}

pub(super) fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": name, "uid": uid(&["load", "namespace", name]), "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}})
}

pub(super) fn node(index: usize, now: Timestamp) -> Value {
    let now = seconds(now);
    let condition = |kind: &str, status: &str, reason: &str| {
        json!({"type": kind, "status": status, "reason": reason, "message": "", "lastHeartbeatTime": now,
            "lastTransitionTime": now})
    };
    let resources = json!({"cpu": "32", "memory": "131072Mi", "pods": "110", "ephemeral-storage": "100Gi"});
    let name = format!("node-{index:04}");
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
            "topology.kubernetes.io/zone": format!("zone-{}", index % 3)}},
        "spec": {"podCIDR": format!("10.{}.{}.0/24", 128 + index / 250, index % 250)},
        "status": {
            "allocatable": resources, "capacity": resources,
            "addresses": [{"type": "InternalIP", "address": format!("198.18.{}.{}", index / 250, index % 250 + 1)},
                {"type": "Hostname", "address": name}],
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID"),
                condition("Ready", "True", "KubeletReady"),
            ],
            "nodeInfo": {"kubeletVersion": "v1.34.10", "osImage": "Debian GNU/Linux 12 (bookworm)",
                "kernelVersion": "6.12.57", "containerRuntimeVersion": "containerd://1.6.20", "architecture": "amd64",
                "operatingSystem": "linux"},
        },
    })
}
