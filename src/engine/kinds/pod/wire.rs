//! The spec of a pod as the API writes it, taken apart into what is kept.

use serde::Deserialize;

use super::probe::Probe;
use super::reference::{Reference, Usage};
use super::spec::{
    ClaimSource, Container, ContainerPort, ContainerSecurity, HostPath, Mount, Named, PodResourceClaim,
    PodSecurity, PodSpec, Present, ReadinessGate, Resources, Volume,
};
use crate::engine::analyzers::logs::{Target, of_setting};
use crate::engine::kinds::placement::{Affinity, Placement, Spread, Toleration};
use crate::engine::kinds::{Interned, Labels, nullable};
use crate::engine::object::{Kind, Symbol, Text};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Spec {
    node_name: Symbol,
    scheduler_name: Symbol,
    restart_policy: Symbol,
    scheduling_gates: Interned<Named>,
    #[serde(deserialize_with = "nullable")]
    containers: Vec<WireContainer>,
    #[serde(deserialize_with = "nullable")]
    init_containers: Vec<WireContainer>,
    #[serde(deserialize_with = "nullable")]
    ephemeral_containers: Vec<WireContainer>,
    #[serde(deserialize_with = "nullable")]
    volumes: Vec<WireVolume>,
    readiness_gates: Interned<ReadinessGate>,
    node_selector: Labels,
    resource_claims: Interned<PodResourceClaim>,
    service_account_name: Symbol,
    priority_class_name: Symbol,
    runtime_class_name: Symbol,
    #[serde(deserialize_with = "nullable")]
    image_pull_secrets: Vec<Named>,
    #[serde(deserialize_with = "nullable")]
    host_network: bool,
    #[serde(rename = "hostPID", deserialize_with = "nullable")]
    host_pid: bool,
    #[serde(rename = "hostIPC", deserialize_with = "nullable")]
    host_ipc: bool,
    #[serde(deserialize_with = "nullable")]
    security_context: SecurityContext,
    automount_service_account_token: Option<bool>,
    #[serde(deserialize_with = "nullable")]
    affinity: Affinity,
    #[serde(deserialize_with = "nullable")]
    tolerations: Box<[Toleration]>,
    #[serde(deserialize_with = "nullable")]
    topology_spread_constraints: Box<[Spread]>,
    overhead: Labels,
    #[serde(deserialize_with = "nullable")]
    resources: Resources,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SecurityContext {
    run_as_non_root: Option<bool>,
    run_as_user: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireContainer {
    name: Symbol,
    image: Symbol,
    restart_policy: Symbol,
    #[serde(deserialize_with = "nullable")]
    resources: Resources,
    #[serde(deserialize_with = "nullable")]
    ports: Box<[ContainerPort]>,
    liveness_probe: Option<Box<Probe>>,
    readiness_probe: Option<Box<Probe>>,
    startup_probe: Option<Box<Probe>>,
    #[serde(deserialize_with = "nullable")]
    security_context: ContainerSecurity,
    #[serde(deserialize_with = "nullable")]
    env: Vec<Variable>,
    #[serde(deserialize_with = "nullable")]
    env_from: Vec<Variables>,
    #[serde(deserialize_with = "nullable")]
    volume_mounts: Vec<WireMount>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireMount {
    name: Symbol,
    #[serde(deserialize_with = "nullable")]
    mount_path: Text,
    #[serde(deserialize_with = "nullable")]
    sub_path: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Variable {
    #[serde(deserialize_with = "nullable")]
    name: Text,
    #[serde(deserialize_with = "nullable")]
    value: Text,
    #[serde(deserialize_with = "nullable")]
    value_from: ValueFrom,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ValueFrom {
    config_map_key_ref: Option<Source>,
    secret_key_ref: Option<Source>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Variables {
    config_map_ref: Option<Source>,
    secret_ref: Option<Source>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireVolume {
    name: Symbol,
    persistent_volume_claim: Option<ClaimSource>,
    ephemeral: Option<Present>,
    host_path: Option<HostPath>,
    config_map: Option<Source>,
    secret: Option<Source>,
    #[serde(deserialize_with = "nullable")]
    projected: Projected,
    csi: Option<Driver>,
    flex_volume: Option<Driver>,
    iscsi: Option<Driver>,
    rbd: Option<Driver>,
    cephfs: Option<Driver>,
    azure_file: Option<Source>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Projected {
    #[serde(deserialize_with = "nullable")]
    sources: Vec<ProjectedSource>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ProjectedSource {
    config_map: Option<Source>,
    secret: Option<Source>,
}

/// A ConfigMap or a Secret; volumes of a Secret call its name `secretName`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Source {
    name: Symbol,
    secret_name: Symbol,
    key: Symbol,
    #[serde(deserialize_with = "nullable")]
    items: Vec<Item>,
    #[serde(deserialize_with = "nullable")]
    optional: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    key: Symbol,
}

/// A volume of another kind that needs a Secret.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Driver {
    node_publish_secret_ref: Option<Source>,
    secret_ref: Option<Source>,
}

impl From<Spec> for PodSpec {
    fn from(wire: Spec) -> Self {
        let mut found = Found::default();
        found.whole(
            Kind::ServiceAccount,
            &wire.service_account_name,
            Usage::Account,
            "spec.serviceAccountName",
        );
        found.whole(
            Kind::PriorityClass,
            &wire.priority_class_name,
            Usage::Priority,
            "spec.priorityClassName",
        );
        found.whole(
            Kind::RuntimeClass,
            &wire.runtime_class_name,
            Usage::Runtime,
            "spec.runtimeClassName",
        );
        for (index, secret) in wire.image_pull_secrets.iter().enumerate() {
            let path = format!("spec.imagePullSecrets[{index}].name");
            found.whole(Kind::Secret, &secret.name, Usage::Pull, &path);
        }
        for (index, claim) in wire.resource_claims.iter().enumerate() {
            let path = format!("spec.resourceClaims[{index}].resourceClaimName");
            found.whole(
                Kind::ResourceClaim,
                &claim.resource_claim_name,
                Usage::Device,
                &path,
            );
        }
        for (index, volume) in wire.volumes.iter().enumerate() {
            found.volume(index, volume);
        }
        let mut containers = |list: Vec<WireContainer>, field: &str| -> Interned<Container> {
            let kept = list.into_iter().enumerate().map(|(index, container)| {
                found.container(&format!("spec.{field}[{index}]"), &container);
                container.kept(&wire.volumes)
            });
            kept.collect::<Vec<_>>().into()
        };
        let init_containers = containers(wire.init_containers, "initContainers");
        let ephemeral_containers = containers(wire.ephemeral_containers, "ephemeralContainers");
        let containers = containers(wire.containers, "containers");
        let kept = wire
            .volumes
            .into_iter()
            .enumerate()
            .filter_map(|(index, volume)| volume.kept(index));
        let placement = Placement {
            tolerations: wire.tolerations,
            spread: wire.topology_spread_constraints,
            overhead: wire.overhead,
            requests: wire.resources.requests,
            ..wire.affinity.into()
        };
        Self {
            placement: placement.kept(!wire.node_name.is_empty()),
            node_name: wire.node_name,
            scheduler_name: wire.scheduler_name,
            restart_policy: wire.restart_policy,
            scheduling_gates: wire.scheduling_gates,
            containers,
            init_containers,
            ephemeral_containers,
            volumes: kept.collect::<Vec<_>>().into(),
            readiness_gates: wire.readiness_gates,
            node_selector: wire.node_selector,
            references: found.0.into(),
            resource_claims: wire.resource_claims,
            security: PodSecurity {
                host_network: wire.host_network,
                host_pid: wire.host_pid,
                host_ipc: wire.host_ipc,
                run_as_non_root: wire.security_context.run_as_non_root,
                run_as_user: wire.security_context.run_as_user,
                automount_token: wire.automount_service_account_token,
            },
        }
    }
}

/// So many hosts of a container's settings are kept.
const HOSTS: usize = 8;

/// The account's token, its certificates and its namespace are mounted into nearly every container.
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

impl WireContainer {
    fn kept(self, volumes: &[WireVolume]) -> Container {
        let mut hosts: Vec<Text> = Vec::new();
        for target in self.env.iter().flat_map(Variable::hosts) {
            let host: Text = target.to_string().into();
            if hosts.len() < HOSTS && !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        let mounts = self.volume_mounts.into_iter().filter_map(|mount| {
            let volume = volumes.iter().position(|volume| volume.name == mount.name)?;
            let has_files = volumes.get(volume)?.has_files() && *mount.mount_path != *ACCOUNT;
            has_files.then_some(Mount {
                path: mount.mount_path,
                sub_path: mount.sub_path,
                volume,
            })
        });
        Container {
            mounts: mounts.collect(),
            hosts: hosts.into(),
            name: self.name,
            image: self.image,
            restart_policy: self.restart_policy,
            resources: self.resources,
            ports: self.ports,
            liveness_probe: self.liveness_probe,
            readiness_probe: self.readiness_probe,
            startup_probe: self.startup_probe,
            security: self.security_context,
        }
    }
}

impl Variable {
    /// The hosts that its value names. The value itself is not kept: it may be a secret.
    fn hosts(&self) -> Vec<Target> {
        let name = self.name.to_ascii_uppercase();
        if SECRET_NAMES.iter().any(|word| name.contains(word)) {
            return Vec::new();
        }
        let is_host = HOST_NAMES.iter().any(|end| name.ends_with(end));
        of_setting(&self.value, is_host)
    }
}

/// Words in the names of variables whose value is nobody's business.
const SECRET_NAMES: &[&str] = &["PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL"];

/// Ends of the names of variables whose value is a host.
const HOST_NAMES: &[&str] = &[
    "HOST", "HOSTNAME", "SERVER", "SERVERS", "ADDR", "ADDRESS", "ENDPOINT",
];

impl WireVolume {
    /// Whether its files are those of a ConfigMap or a Secret.
    fn has_files(&self) -> bool {
        let sources = &self.projected.sources;
        self.config_map.is_some()
            || self.secret.is_some()
            || sources
                .iter()
                .any(|source| source.config_map.is_some() || source.secret.is_some())
    }

    fn kept(self, index: usize) -> Option<Volume> {
        let refers =
            self.persistent_volume_claim.is_some() || self.ephemeral.is_some() || self.host_path.is_some();
        refers.then(|| Volume {
            index,
            name: self.name,
            persistent_volume_claim: self.persistent_volume_claim,
            ephemeral: self.ephemeral,
            host_path: self.host_path,
        })
    }
}

/// The references found so far.
#[derive(Default)]
struct Found(Vec<Reference>);

impl Found {
    fn whole(&mut self, kind: Kind, name: &Symbol, usage: Usage, path: &str) {
        if !name.is_empty() {
            self.0.push(Reference {
                kind,
                name: name.clone(),
                keys: Box::default(),
                optional: false,
                usage,
                container: Symbol::default(),
                path: path.into(),
            });
        }
    }

    fn source(
        &mut self,
        kind: Kind,
        source: Option<&Source>,
        usage: Usage,
        container: &Symbol,
        path: impl FnOnce() -> String,
    ) {
        let Some(source) = source else { return };
        let name = if source.name.is_empty() {
            &source.secret_name
        } else {
            &source.name
        };
        if name.is_empty() {
            return;
        }
        let items = source.items.iter().map(|item| &item.key);
        let keys = std::iter::once(&source.key).chain(items);
        self.0.push(Reference {
            kind,
            name: name.clone(),
            keys: keys.filter(|key| !key.is_empty()).cloned().collect(),
            optional: source.optional,
            usage,
            container: container.clone(),
            path: path().into(),
        });
    }

    fn container(&mut self, path: &str, container: &WireContainer) {
        let name = &container.name;
        for (index, from) in container.env_from.iter().enumerate() {
            let (map, secret) = (from.config_map_ref.as_ref(), from.secret_ref.as_ref());
            let at = |field: &str| format!("{path}.envFrom[{index}].{field}");
            self.source(Kind::ConfigMap, map, Usage::EnvFrom, name, || at("configMapRef"));
            self.source(Kind::Secret, secret, Usage::EnvFrom, name, || at("secretRef"));
        }
        for (index, variable) in container.env.iter().enumerate() {
            let from = &variable.value_from;
            let (map, secret) = (from.config_map_key_ref.as_ref(), from.secret_key_ref.as_ref());
            let at = |field: &str| format!("{path}.env[{index}].valueFrom.{field}");
            self.source(Kind::ConfigMap, map, Usage::Env, name, || at("configMapKeyRef"));
            self.source(Kind::Secret, secret, Usage::Env, name, || at("secretKeyRef"));
        }
    }

    fn volume(&mut self, index: usize, volume: &WireVolume) {
        let pod = Symbol::default();
        let at = |field: &str| format!("spec.volumes[{index}].{field}");
        let (map, secret) = (volume.config_map.as_ref(), volume.secret.as_ref());
        self.source(Kind::ConfigMap, map, Usage::Volume, &pod, || at("configMap"));
        self.source(Kind::Secret, secret, Usage::Volume, &pod, || at("secret"));
        for (place, source) in volume.projected.sources.iter().enumerate() {
            let (map, secret) = (source.config_map.as_ref(), source.secret.as_ref());
            let at = |field: &str| at(&format!("projected.sources[{place}].{field}"));
            self.source(Kind::ConfigMap, map, Usage::Volume, &pod, || at("configMap"));
            self.source(Kind::Secret, secret, Usage::Volume, &pod, || at("secret"));
        }
        let drivers = [
            (&volume.csi, "csi"),
            (&volume.flex_volume, "flexVolume"),
            (&volume.iscsi, "iscsi"),
            (&volume.rbd, "rbd"),
            (&volume.cephfs, "cephfs"),
        ];
        for (driver, name) in drivers {
            let Some(driver) = driver else { continue };
            let publish = (driver.node_publish_secret_ref.as_ref(), "nodePublishSecretRef");
            for (secret, field) in [publish, (driver.secret_ref.as_ref(), "secretRef")] {
                let at = || at(&format!("{name}.{field}"));
                self.source(Kind::Secret, secret, Usage::VolumeSecret, &pod, at);
            }
        }
        let azure = volume.azure_file.as_ref();
        self.source(Kind::Secret, azure, Usage::VolumeSecret, &pod, || {
            at("azureFile.secretName")
        });
    }
}
