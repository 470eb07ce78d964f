//! What differs, in words; and what only looks as if it did.

use serde_json::{Value, json};

use super::templates;

/// The words of the difference between two specs of a container.
fn containers(old: Value, new: Value) -> Vec<String> {
    let spec = |mut container: Value| {
        container["name"] = json!("app");
        json!({"spec": {"containers": [container]}})
    };
    words(&spec(old), &spec(new))
}

fn words(old: &Value, new: &Value) -> Vec<String> {
    let differences = templates(old, new).into_iter();
    differences.map(|one| one.text.to_string()).collect()
}

fn pods(old: &Value, new: &Value) -> Vec<String> {
    words(&json!({ "spec": old }), &json!({ "spec": new }))
}

#[test]
fn each_field_of_a_container_has_its_words() {
    let probe = |probe: Value| json!({ "livenessProbe": probe });
    let env = |list: Value| json!({ "env": list });
    for (old, new, want) in [
        (
            json!({"image": "app:1.4"}),
            json!({"image": "app:1.5"}),
            "image app:1.4 → app:1.5",
        ),
        (
            json!({}),
            json!({"securityContext": {"readOnlyRootFilesystem": true}}),
            "+ readOnlyRootFilesystem: true",
        ),
        (
            json!({"securityContext": {"runAsUser": 0}}),
            json!({"securityContext": {"runAsUser": 1000}}),
            "runAsUser 0 → 1000",
        ),
        (
            json!({"securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}}}),
            json!({"securityContext": {"capabilities": {}}}),
            "- capabilities.add: NET_BIND_SERVICE",
        ),
        (
            json!({"resources": {"limits": {"memory": "512Mi"}}}),
            json!({"resources": {"limits": {"memory": "64Mi"}}}),
            "memory limit 512Mi → 64Mi",
        ),
        (
            json!({}),
            json!({"resources": {"requests": {"cpu": 2}}}),
            "+ cpu request: 2",
        ),
        (
            probe(json!({"httpGet": {"path": "/healthz", "port": 80}})),
            probe(json!({"httpGet": {"path": "/health", "port": 80}})),
            "liveness probe path /healthz → /health",
        ),
        (
            probe(json!({"httpGet": {"port": 80}})),
            probe(json!({"httpGet": {"port": "http"}})),
            "liveness probe port 80 → http",
        ),
        (
            probe(json!({"exec": {"command": ["cat", "/a"]}, "failureThreshold": 5})),
            probe(json!({"exec": {"command": ["cat", "/a"]}})),
            "- liveness probe failureThreshold: 5",
        ),
        (
            probe(json!({"httpGet": {"path": "/a", "port": 80}})),
            probe(json!({"tcpSocket": {"port": 80}})),
            "liveness probe GET /a on port 80 → TCP port 80",
        ),
        (
            json!({}),
            probe(json!({"httpGet": {"path": "/a", "port": 80}})),
            "+ liveness probe: GET /a on port 80",
        ),
        (
            env(json!([{"name": "LOG", "value": "info"}])),
            env(json!([{"name": "LOG", "value": "debug"}])),
            "env LOG info → debug",
        ),
        (
            env(json!([])),
            env(json!([{"name": "LOG", "value": "debug"}])),
            "+ env LOG: debug",
        ),
        (
            env(json!([{"name": "LOG", "value": "debug"}])),
            env(json!([])),
            "- env LOG: debug",
        ),
        (
            env(json!([{"name": "DB_PASSWORD", "value": "hunter2"}])),
            env(json!([{"name": "DB_PASSWORD", "value": "hunter3"}])),
            "env DB_PASSWORD changed (its value is not shown)",
        ),
        (
            env(json!([])),
            env(json!([{"name": "API_TOKEN", "value": "hunter3"}])),
            "env API_TOKEN is new (its value is not shown)",
        ),
        (
            env(json!([{"name": "DB", "value": "postgres://a:hunter2@db/a"}])),
            env(json!([])),
            "env DB is gone (its value is not shown)",
        ),
        (
            env(json!([{"name": "P", "valueFrom": {"secretKeyRef": {"name": "db", "key": "pass"}}}])),
            env(json!([{"name": "P", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}])),
            "env P Secret db key pass → Secret db key password",
        ),
        (
            json!({"envFrom": [{"configMapRef": {"name": "a"}}]}),
            json!({"envFrom": []}),
            "- env from ConfigMap a: ConfigMap a",
        ),
        (
            json!({"args": ["serve", "--port=80", "-v"]}),
            json!({"args": ["serve", "--port=8080", "-v"]}),
            "args --port=80 → --port=8080",
        ),
        (
            json!({"args": ["--password=hunter2"]}),
            json!({"args": ["--password=hunter3"]}),
            "args changed (its value is not shown)",
        ),
        (
            json!({"args": ["serve"]}),
            json!({"args": ["serve", "--token", "hunter2"]}),
            "args (nothing) → --token …",
        ),
        (json!({"command": ["/app"]}), json!({}), "- command: /app"),
        (
            json!({"ports": [{"containerPort": 80, "name": "http"}]}),
            json!({"ports": [{"containerPort": 80, "name": "web"}]}),
            "port 80 name http → web",
        ),
        (
            json!({"volumeMounts": []}),
            json!({"volumeMounts": [{"name": "data", "mountPath": "/data"}]}),
            "+ mount /data: volume data",
        ),
        (
            json!({"volumeMounts": [{"name": "data", "mountPath": "/data"}]}),
            json!({"volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": true}]}),
            "+ mount /data readOnly: true",
        ),
        (
            json!({"image": "app:1", "imagePullPolicy": "IfNotPresent"}),
            json!({"image": "app:1", "imagePullPolicy": "Never"}),
            "+ imagePullPolicy: Never",
        ),
        (
            json!({"workingDir": "/a"}),
            json!({"workingDir": "/b"}),
            "workingDir /a → /b",
        ),
    ] {
        assert_eq!(containers(old.clone(), new.clone()), [want], "{old} {new}");
    }
}

#[test]
fn each_field_of_the_pod_has_its_words() {
    let volume = |source: Value| {
        let mut volume = source;
        volume["name"] = json!("cfg");
        json!({ "volumes": [volume] })
    };
    for (old, new, want) in [
        (
            json!({"nodeSelector": {"disk": "ssd"}}),
            json!({"nodeSelector": {"disk": "nvme"}}),
            "nodeSelector.disk ssd → nvme",
        ),
        (json!({}), json!({"hostNetwork": true}), "+ hostNetwork: true"),
        (
            json!({"securityContext": {"runAsNonRoot": true}}),
            json!({}),
            "- pod runAsNonRoot: true",
        ),
        (
            json!({"serviceAccountName": "web"}),
            json!({"serviceAccountName": "api", "serviceAccount": "api"}),
            "serviceAccountName web → api",
        ),
        (
            volume(json!({"configMap": {"name": "a"}})),
            volume(json!({"configMap": {"name": "b"}})),
            "volume cfg ConfigMap a → ConfigMap b",
        ),
        (
            volume(json!({"emptyDir": {}})),
            volume(json!({"secret": {"secretName": "tls"}})),
            "volume cfg emptyDir → Secret tls",
        ),
        (
            json!({"volumes": []}),
            volume(json!({"emptyDir": {}})),
            "+ volume cfg: emptyDir",
        ),
        (
            json!({"tolerations": [{"key": "gpu", "effect": "NoSchedule", "value": "a"}]}),
            json!({"tolerations": []}),
            "- toleration: gpu=a:NoSchedule",
        ),
        (
            json!({"containers": [{"name": "app", "image": "a"}]}),
            json!({"containers": [{"name": "app", "image": "a"}, {"name": "log", "image": "b"}]}),
            "+ container log: image b",
        ),
        (
            json!({"initContainers": [{"name": "wait", "image": "a"}]}),
            json!({"initContainers": []}),
            "- init container wait: image a",
        ),
        (
            json!({"containers": [{"name": "app", "image": "a"}, {"name": "log", "image": "b"}]}),
            json!({"containers": [{"name": "app", "image": "a"}, {"name": "log", "image": "c"}]}),
            "log: image b → c",
        ),
        (
            json!({"topologySpreadConstraints": [{"topologyKey": "zone", "maxSkew": 1}]}),
            json!({"topologySpreadConstraints": [{"topologyKey": "zone", "maxSkew": 2}]}),
            "topologySpreadConstraints.zone.maxSkew 1 → 2",
        ),
        (
            json!({"somethingNew": {"deep": [1]}}),
            json!({"somethingNew": {"deep": [2]}}),
            "somethingNew.deep 1 → 2",
        ),
    ] {
        assert_eq!(pods(&old, &new), [want], "{old} {new}");
    }
}

#[test]
fn labels_and_restarts_come_last() {
    let template = |notes: Value, label: &str, image: &str| {
        json!({"metadata": {"annotations": notes, "labels": {"app": label, "pod-template-hash": image}},
            "spec": {"containers": [{"name": "app", "image": image}]}})
    };
    let old = template(json!({}), "a", "x:1");
    let new = template(
        json!({"kubectl.kubernetes.io/restartedAt": "2026-11-21T10:00:00Z", "checksum/token": "a"}),
        "b",
        "x:2",
    );
    assert_eq!(
        words(&old, &new),
        [
            "image x:1 → x:2",
            "annotation checksum/token changed (its value is not shown)",
            "restarted by hand (kubectl rollout restart)",
            "label app a → b",
        ]
    );
}

#[test]
fn paths_open_the_field_in_the_workload() {
    let spec =
        |image: &str| json!({"spec": {"containers": [{"name": "log"}, {"name": "app", "image": image}]}});
    let differences = templates(&spec("a"), &spec("b"));
    assert_eq!(&*differences[0].path, "spec.template.spec.containers[1].image");
    assert_eq!(differences[0].container.as_deref(), Some("app"));
    assert_eq!(&*differences[0].field, "image");
}

#[test]
fn what_nobody_changed_is_no_difference() {
    let env = |list: Value| json!({"containers": [{"name": "app", "env": list}]});
    for (old, new) in [
        // Order of what has a name.
        (
            env(json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])),
            env(json!([{"name": "B", "value": "2"}, {"name": "A", "value": "1"}])),
        ),
        (
            json!({"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}),
            json!({"containers": [{"name": "b", "image": "y"}, {"name": "a", "image": "x"}]}),
        ),
        // What the server fills in.
        (
            json!({"containers": [{"name": "app", "image": "x:1"}]}),
            json!({"containers": [{"name": "app", "image": "x:1", "imagePullPolicy": "IfNotPresent", "resources": {},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}],
                "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "securityContext": {},
                "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30}),
        ),
        (
            json!({"containers": [{"name": "app", "ports": [{"containerPort": 80}],
                "livenessProbe": {"httpGet": {"port": 80}}}]}),
            json!({"containers": [{"name": "app", "ports": [{"containerPort": 80, "protocol": "TCP"}],
                "livenessProbe": {"httpGet": {"port": 80, "scheme": "HTTP"}, "timeoutSeconds": 1,
                    "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}}]}),
        ),
        (
            json!({"volumes": [{"name": "c", "configMap": {"name": "a"}}]}),
            json!({"volumes": [{"name": "c", "configMap": {"name": "a", "defaultMode": 420}}]}),
        ),
        // The same amount.
        (
            json!({"containers": [{"name": "app", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}]}),
            json!({"containers": [{"name": "app", "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}}}]}),
        ),
        (
            env(json!([{"name": "A"}])),
            env(json!([{"name": "A", "value": ""}])),
        ),
    ] {
        assert_eq!(pods(&old, &new), Vec::<String>::new(), "{old} {new}");
    }
    let hash =
        |hash: &str| json!({"metadata": {"labels": {"app": "a", "pod-template-hash": hash}}, "spec": {}});
    assert!(words(&hash("1"), &hash("2")).is_empty());
}

#[test]
fn a_policy_that_follows_from_the_tag_is_not_told_beside_it() {
    let spec = |image: &str, policy: &str| json!({"image": image, "imagePullPolicy": policy});
    assert_eq!(
        containers(spec("x:1", "IfNotPresent"), spec("x", "Always")),
        ["image x:1 → x"]
    );
}
