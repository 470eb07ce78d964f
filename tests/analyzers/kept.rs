//! What is kept of an object, and whom it is found to name.

use k8stui::engine::kinds::{
    APIService, CertificateSigningRequest, ConfigMap, CustomResourceDefinition, Deployment, Ingress,
    MutatingWebhookConfiguration, Pod, Secret, Usage, ValidatingAdmissionPolicy, VolumeAttachment,
};
use k8stui::engine::object::{Key, Kind, Symbol};
use k8stui::engine::world::{Delta, World};
use serde_json::{Value, json};

use super::recorded::{cluster, fixtures};
use super::worlds::{object, world};

/// Objects of the kinds that were not recorded.
pub fn written() -> Vec<Value> {
    let text = std::fs::read_to_string(fixtures().join("written/kinds.yaml")).unwrap();
    serde_saphyr::from_multiple(&text).unwrap()
}

fn names(keys: impl IntoIterator<Item = Key>) -> Vec<String> {
    keys.into_iter().map(|key| key.object().path()).collect()
}

#[test]
fn of_a_secret_nothing_is_kept_but_its_keys() {
    let world = world(written(), &[]);
    let secret = world.get::<Secret>("shop", "mailer").unwrap();
    assert_eq!(secret.has("SMTP_USER"), Some(true));
    assert_eq!(secret.has("SMTP_PASSWORD"), Some(true));
    assert_eq!(secret.has("SMTP_HOST"), Some(false));
    assert!(secret.metadata.annotations.is_empty() && secret.kind.is_empty());
    assert!(!format!("{secret:?}").contains("hunter2"));

    let unknown =
        json!({"kind": "Secret", "metadata": {"name": "bare", "namespace": "shop", "managedFields": null}});
    // A file may hold a whole one.
    let whole = json!({"kind": "Secret", "metadata": {"name": "whole", "namespace": "shop"},
        "type": "kubernetes.io/tls", "data": {"tls.crt": "aHVudGVyMg==", "tls.key": null}});
    let world = self::world([unknown, whole], &[]);
    assert_eq!(world.get::<Secret>("shop", "bare").unwrap().has("any"), None);
    let whole = world.get::<Secret>("shop", "whole").unwrap();
    assert_eq!(
        (whole.has("tls.key"), whole.kind.as_str()),
        (Some(true), "kubernetes.io/tls")
    );
    assert!(!format!("{whole:?}").contains("aHVudGVyMg"));
}

#[test]
fn of_a_config_map_keys_and_sizes_are_kept() {
    let map = json!({"kind": "ConfigMap", "metadata": {"name": "app", "namespace": "shop"},
        "data": {"b": "12345", "a": ""}, "binaryData": {"c": "QUJD"}, "immutable": true});
    let world = world([map], &[]);
    let map = world.get::<ConfigMap>("shop", "app").unwrap();
    assert_eq!(map.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    let sizes: Vec<usize> = map.data.0.iter().map(|(_, size)| *size).collect();
    assert_eq!(sizes, [0, 5]);
    assert!(map.has("c") && !map.has("d") && map.immutable);
}

#[test]
fn kinds_that_were_not_recorded_keep_what_is_wrong_with_them() {
    let world = world(written(), &[]);
    let attachment = world.get::<VolumeAttachment>("", "csi-3f").unwrap();
    let error = attachment.status.attach_error.as_ref().unwrap();
    assert_eq!(&*error.message, "disk is attached to another instance");
    let hook = world.get::<MutatingWebhookConfiguration>("", "injector").unwrap();
    assert!(hook.webhooks[0].client_config.ca_bundle && hook.webhooks[0].failure_policy == "Ignore");
    let policy = world.get::<ValidatingAdmissionPolicy>("", "no-latest").unwrap();
    assert_eq!(policy.status.type_checking.expression_warnings.len(), 1);
    let definition = world
        .get::<CustomResourceDefinition>("", "certificates.cert-manager.io")
        .unwrap();
    assert_eq!(definition.version(), Some("v1"));
    let request = world
        .get::<CertificateSigningRequest>("", "csr-worker-2")
        .unwrap();
    assert!(request.status.conditions[0].kind == "Denied" && !request.status.issued);
}

/// A pod that names another object in every way there is.
fn naming() -> Value {
    json!({
        "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "serviceAccountName": "web", "priorityClassName": "high", "runtimeClassName": "gvisor",
            "imagePullSecrets": [{"name": "registry"}],
            "resourceClaims": [{"name": "gpu", "resourceClaimName": "gpu"},
                {"name": "made", "resourceClaimTemplateName": "template"}],
            "volumes": [
                {"name": "a", "configMap": {"name": "files", "items": [{"key": "k1", "path": "p"}]}},
                {"name": "b", "secret": {"secretName": "tls", "optional": true}},
                {"name": "c", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}},
                    {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                    {"secret": {"name": "extra"}}]}},
                {"name": "d", "csi": {"driver": "d", "nodePublishSecretRef": {"name": "csi"}}},
                {"name": "e", "hostPath": {"path": "/var/run"}},
                {"name": "f", "emptyDir": {}},
            ],
            "initContainers": [{"name": "init", "env": [
                {"name": "PLAIN", "value": "x"},
                {"name": "V", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "token"}}}]}],
            "containers": [{"name": "main",
                "envFrom": [{"configMapRef": {"name": "settings", "optional": true}}, {"secretRef": {"name": "env"}}],
                "env": [{"name": "F", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                    {"name": "G", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "LEVEL"}}}],
                "securityContext": {"privileged": true, "capabilities": {"add": ["SYS_ADMIN"]}}}],
            "hostNetwork": true, "hostPID": true, "securityContext": {"runAsUser": 0},
        },
        "status": {"resourceClaimStatuses": [{"name": "made", "resourceClaimName": "web-made-x1"}]},
    })
}

#[test]
fn a_pod_says_what_it_names_and_where() {
    let world = world([naming()], &[]);
    let pod = world.get::<Pod>("shop", "web").unwrap();
    let shown: Vec<String> = pod
        .spec
        .references
        .iter()
        .map(|reference| {
            format!(
                "{:?} {}{} {} for {:?}{} at {}\n",
                reference.kind,
                reference.name,
                if reference.keys.is_empty() {
                    String::new()
                } else {
                    format!("{:?}", reference.keys)
                },
                if reference.optional { "optional" } else { "needed" },
                reference.usage,
                if reference.container.is_empty() {
                    String::new()
                } else {
                    format!(" of {}", reference.container)
                },
                reference.path
            )
        })
        .collect();
    insta::assert_snapshot!(shown.concat());
    assert_eq!(pod.spec.service_account(), "web");
    let volumes: Vec<(usize, &str)> = pod
        .spec
        .volumes
        .iter()
        .map(|volume| (volume.index, volume.name.as_str()))
        .collect();
    assert_eq!(volumes, [(4, "e")]);
    let security = pod.spec.security;
    assert!(security.host_network && security.host_pid && !security.host_ipc);
    assert_eq!(security.run_as_user, Some(0));
    assert_eq!(pod.spec.containers[0].security.privileged, Some(true));
    let claims: Vec<&str> = pod.resource_claims().map(Symbol::as_str).collect();
    assert_eq!(claims, ["gpu", "web-made-x1"]);
}

/// The budget of memory is one of bytes a pod: what is added to all pods is to be added knowingly.
#[test]
fn what_every_pod_holds_is_bounded() {
    use k8stui::engine::kinds::{Condition, ContainerStatus, PodSpec};
    let sizes = [
        ("Pod", size_of::<Pod>(), 528),
        ("PodSpec", size_of::<PodSpec>(), 160),
        ("Condition", size_of::<Condition>(), 32),
        ("ContainerStatus", size_of::<ContainerStatus>(), 144),
    ];
    for (name, size, bound) in sizes {
        assert!(size <= bound, "a {name} holds {size} bytes, more than {bound}");
    }
    // Pods of a template share what it gives them.
    let mut second = naming();
    second["metadata"]["name"] = "web-2".into();
    let world = world([naming(), second], &[]);
    let (one, two) = (
        world.get::<Pod>("shop", "web").unwrap(),
        world.get::<Pod>("shop", "web-2").unwrap(),
    );
    assert!(std::ptr::eq(
        one.spec.references.as_ptr(),
        two.spec.references.as_ptr()
    ));
    assert!(std::ptr::eq(
        one.spec.containers.as_ptr(),
        two.spec.containers.as_ptr()
    ));
}

#[test]
fn of_settings_hosts_alone_are_kept_and_of_mounts_those_of_files() {
    let pod = json!({"kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": {
    "containers": [{"name": "web",
        "env": [
            {"name": "REDIS_URL", "value": "redis://:hunter2@cache:6379/0"},
            {"name": "PGHOST", "value": "db.data"},
            {"name": "BROKERS", "value": "kafka-0:9092,kafka-1:9092"},
            {"name": "API_PASSWORD", "value": "hunter2:8080"},
            {"name": "MODE", "value": "production"},
            {"name": "SELF", "value": "http://localhost:80"},
            {"name": "URL", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "url"}}},
        ],
        "volumeMounts": [
            {"name": "conf", "mountPath": "/etc/app"},
            {"name": "data", "mountPath": "/data"},
            {"name": "conf", "mountPath": "/app.ini", "subPath": "app.ini"},
            {"name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"},
        ]}],
    "volumes": [
        {"name": "data", "emptyDir": {}},
        {"name": "conf", "configMap": {"name": "web-conf"}},
        {"name": "token", "projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}},
    ]}});
    let world = world([pod], &[]);
    let pod = world.get::<Pod>("shop", "web").unwrap();
    let container = &pod.spec.containers[0];
    let hosts: Vec<&str> = container.hosts.iter().map(|host| &**host).collect();
    assert_eq!(hosts, ["cache:6379", "db.data", "kafka-0:9092", "kafka-1:9092"]);
    let mounts: Vec<(&str, &str, usize)> = container
        .mounts
        .iter()
        .map(|mount| (&*mount.path, &*mount.sub_path, mount.volume))
        .collect();
    assert_eq!(mounts, [("/etc/app", "", 1), ("/app.ini", "app.ini", 1)]);
    let names: Vec<&str> = pod.spec.files_of(1).map(|source| &*source.name).collect();
    assert_eq!(names, ["web-conf"]);
    assert!(!format!("{world:?}").contains("hunter2"));
}

#[test]
fn who_names_an_object_is_known_and_forgotten() {
    let mut world = world([naming()], &[]);
    let pod = ["Pod/shop/web"];
    let named = [
        Key::new(Kind::ServiceAccount, "shop", "web"),
        Key::new(Kind::PriorityClass, "", "high"),
        Key::new(Kind::RuntimeClass, "", "gvisor"),
        Key::new(Kind::Secret, "shop", "registry"),
        Key::new(Kind::Secret, "shop", "keys"),
        Key::new(Kind::ConfigMap, "shop", "settings"),
        Key::new(Kind::ResourceClaim, "shop", "gpu"),
        Key::new(Kind::ResourceClaim, "shop", "web-made-x1"),
    ];
    for to in &named {
        assert_eq!(names(world.referrers(to)), pod, "{to:?}");
        assert_eq!(world.referrers_of(to, Kind::Deployment).count(), 0, "{to:?}");
    }
    assert!(
        world
            .referrers(&Key::new(Kind::ConfigMap, "other", "settings"))
            .is_empty()
    );
    // Another pod of the same template, then one after the other goes.
    let mut second = naming();
    second["metadata"]["name"] = "web-2".into();
    world.apply(Delta::Upsert(object(second).unwrap()));
    let settings = &named[5];
    assert_eq!(
        names(world.referrers(settings)),
        ["Pod/shop/web", "Pod/shop/web-2"]
    );
    world.apply(Delta::Remove(Key::new(Kind::Pod, "shop", "web")));
    assert_eq!(names(world.referrers(settings)), ["Pod/shop/web-2"]);
    let mut changed = naming();
    changed["metadata"]["name"] = "web-2".into();
    changed["spec"]["containers"] = json!([]);
    world.apply(Delta::Upsert(object(changed).unwrap()));
    assert!(world.referrers(settings).is_empty());
    assert_eq!(names(world.referrers(&named[0])), ["Pod/shop/web-2"]);
    world.apply(Delta::Remove(Key::new(Kind::Pod, "shop", "web-2")));
    for to in &named {
        assert!(world.referrers(to).is_empty(), "{to:?}");
    }
}

#[test]
fn objects_that_are_no_pods_are_known_by_whom_they_name() {
    let world = world(
        written().into_iter().chain([
            json!({"kind": "Ingress", "metadata": {"name": "edge", "namespace": "shop",
                "annotations": {"kubernetes.io/ingress.class": "nginx"}},
                "spec": {"defaultBackend": {"service": {"name": "fallback", "port": {"number": 80}}},
                    "rules": [{"http": {"paths": [{"backend": {"service": {"name": "web", "port": {"name": "http"}}}}]}}],
                    "tls": [{"secretName": "edge-tls"}]}}),
            json!({"kind": "HorizontalPodAutoscaler", "metadata": {"name": "web", "namespace": "shop"},
                "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}}),
            json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "shop"},
                "spec": {"storageClassName": "fast", "volumeName": "pv-orders"}}),
            json!({"kind": "PersistentVolume", "metadata": {"name": "pv-orders"},
                "spec": {"storageClassName": "fast", "claimRef": {"namespace": "shop", "name": "data"}}}),
            json!({"kind": "APIService", "metadata": {"name": "v1beta1.metrics.k8s.io"},
                "spec": {"service": {"namespace": "kube-system", "name": "metrics-server"}}}),
            json!({"kind": "RoleBinding", "metadata": {"name": "read", "namespace": "shop"},
                "roleRef": {"kind": "ClusterRole", "name": "view"},
                "subjects": [{"kind": "ServiceAccount", "namespace": "shop", "name": "web"}, {"kind": "User", "name": "web"}]}),
            json!({"kind": "ServiceAccount", "metadata": {"name": "web", "namespace": "shop"},
                "imagePullSecrets": [{"name": "registry"}]}),
            json!({"kind": "StatefulSet", "metadata": {"name": "db", "namespace": "shop"},
                "spec": {"serviceName": "db", "volumeClaimTemplates": [{"metadata": {"name": "data"},
                    "spec": {"storageClassName": "fast"}}]}}),
            json!({"kind": "Service", "metadata": {"name": "legacy", "namespace": "shop"},
                "spec": {"type": "ExternalName", "externalName": "ledger.pay.svc.cluster.local"}}),
            json!({"kind": "CronJob", "metadata": {"name": "nightly", "namespace": "shop"},
                "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [
                    {"name": "main", "envFrom": [{"secretRef": {"name": "env"}}]}]}}}}}}),
        ]),
        &[],
    );
    let cases = [
        (Kind::Service, "shop", "fallback", vec!["Ingress/shop/edge"]),
        (Kind::Service, "shop", "web", vec!["Ingress/shop/edge"]),
        (Kind::Secret, "shop", "edge-tls", vec!["Ingress/shop/edge"]),
        (Kind::IngressClass, "", "nginx", vec!["Ingress/shop/edge"]),
        (
            Kind::Deployment,
            "shop",
            "web",
            vec!["HorizontalPodAutoscaler/shop/web"],
        ),
        (
            Kind::StorageClass,
            "",
            "fast",
            vec![
                "StatefulSet/shop/db",
                "PersistentVolumeClaim/shop/data",
                "PersistentVolume/pv-orders",
            ],
        ),
        (
            Kind::PersistentVolume,
            "",
            "pv-orders",
            vec!["PersistentVolumeClaim/shop/data", "VolumeAttachment/csi-3f"],
        ),
        (
            Kind::PersistentVolumeClaim,
            "shop",
            "data",
            vec!["PersistentVolume/pv-orders"],
        ),
        (Kind::Node, "", "worker-1", vec!["VolumeAttachment/csi-3f"]),
        (
            Kind::Service,
            "kube-system",
            "metrics-server",
            vec!["APIService/v1beta1.metrics.k8s.io"],
        ),
        (
            Kind::Service,
            "mesh",
            "injector",
            vec!["MutatingWebhookConfiguration/injector"],
        ),
        (
            Kind::Service,
            "cert-manager",
            "webhook",
            vec!["CustomResourceDefinition/certificates.cert-manager.io"],
        ),
        (Kind::Service, "shop", "db", vec!["StatefulSet/shop/db"]),
        (Kind::Service, "pay", "ledger", vec!["Service/shop/legacy"]),
        (Kind::Secret, "shop", "registry", vec!["ServiceAccount/shop/web"]),
        (Kind::Secret, "shop", "env", vec!["CronJob/shop/nightly"]),
        (Kind::ClusterRole, "", "view", vec!["RoleBinding/shop/read"]),
        (Kind::ServiceAccount, "shop", "web", vec!["RoleBinding/shop/read"]),
        (
            Kind::ServiceAccount,
            "shop",
            "legacy",
            vec!["ReplicationController/shop/legacy"],
        ),
        (
            Kind::ValidatingAdmissionPolicy,
            "",
            "no-latest",
            vec!["ValidatingAdmissionPolicyBinding/no-latest-everywhere"],
        ),
    ];
    for (kind, namespace, name, expected) in cases {
        let to = Key::new(kind, namespace, name);
        assert_eq!(names(world.referrers(&to)), expected, "{to:?}");
    }
}

#[test]
fn the_ingresses_of_a_host_are_known() {
    let edge = |name: &str, hosts: &[&str]| {
        let rules: Vec<Value> = hosts.iter().map(|host| json!({"host": host})).collect();
        json!({"kind": "Ingress", "metadata": {"name": name, "namespace": "shop"}, "spec": {"rules": rules}})
    };
    let mut world = world(
        [edge("a", &["x.example", "y.example"]), edge("b", &["x.example"])],
        &[],
    );
    let of = |world: &World, host: &str| names(world.ingresses_of(&Symbol::from(host)).cloned());
    assert_eq!(of(&world, "x.example"), ["Ingress/shop/a", "Ingress/shop/b"]);
    world.apply(Delta::Upsert(object(edge("a", &["y.example"])).unwrap()));
    assert_eq!(of(&world, "x.example"), ["Ingress/shop/b"]);
    world.apply(Delta::Remove(Key::new(Kind::Ingress, "shop", "b")));
    assert!(of(&world, "x.example").is_empty());
    assert_eq!(of(&world, "y.example"), ["Ingress/shop/a"]);
}

#[test]
fn what_is_being_deleted_is_known() {
    let stuck = json!({"kind": "Namespace", "metadata": {"name": "old", "deletionTimestamp": "2026-11-21T01:00:00Z"},
        "spec": {"finalizers": ["kubernetes"]}});
    let mut world = world([stuck], &[]);
    assert_eq!(names(world.deleting().cloned()), ["Namespace/old"]);
    world.apply(Delta::Remove(Key::new(Kind::Namespace, "", "old")));
    assert_eq!(world.deleting().count(), 0);
}

#[test]
fn fields_that_are_null_or_missing_are_their_defaults() {
    for kind in Kind::ALL {
        for rest in [
            json!({}),
            json!({"spec": null, "status": null, "webhooks": null, "rules": null, "subjects": null, "data": null,
                "roleRef": null, "imagePullSecrets": null, "scheduling": null}),
            json!({"spec": {}, "status": {}, "webhooks": [{}], "rules": [{}], "subjects": [{}], "data": {},
                "roleRef": {}, "imagePullSecrets": [{}], "scheduling": {}}),
        ] {
            let mut value = rest;
            value["metadata"] =
                json!({"name": "one", "labels": null, "annotations": null, "ownerReferences": null});
            value["kind"] = kind.name().into();
            let decoded = object(value.clone());
            assert!(decoded.is_ok(), "{value}: {decoded:?}");
            World::default().apply(Delta::Upsert(decoded.unwrap()));
        }
    }
}

#[test]
fn recorded_objects_of_the_newer_kinds_decode() {
    let world = cluster();
    let ingress = world.get::<Ingress>("healthy-shop", "shop").unwrap();
    assert_eq!(ingress.class(), Some("edge-healthy-shop"));
    assert_eq!(ingress.backends().count(), 1);
    let deployments = world.all::<Deployment>();
    assert!(
        deployments
            .flat_map(|one| &one.spec.template.spec.references)
            .any(|reference| reference.usage == Usage::Env)
    );
    assert!(world.all::<APIService>().count() > 20);
    let account = Key::new(Kind::ServiceAccount, "healthy-shop", "default");
    assert!(world.referrers_of(&account, Kind::Pod).count() > 0);
}
