//! One cluster in every layout: what is said of it does not depend on how it was written down.

use k8stui::engine::object::ObjectRef;
use serde_json::Value;

use super::trees::{
    Tree, analyze, by_namespace, expected, flat, kind, list, logs, name, namespace, objects, open, packed,
    said, tar, typed_list,
};

/// Reads a path and compares what is said.
async fn says_the_same(layout: &str, path: &std::path::Path) {
    let snapshot = analyze(&open(path).unwrap()).await;
    assert_eq!(said(&snapshot), expected().await, "{layout}");
    let gaps: Vec<_> = snapshot.coverage.gaps().collect();
    assert!(gaps.is_empty(), "{layout}: {gaps:?}");
}

fn yaml(value: &Value) -> String {
    serde_saphyr::to_string(value).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_and_compressed_files() {
    let tree = flat();
    let place = Tree::new();
    for (file, gz) in [("dump.tar", false), ("dump.tgz", true), ("named-otherwise", true)] {
        let file = place.path().join(file);
        tar(tree.path(), &file, gz);
        says_the_same(&file.display().to_string(), &file).await;
    }
    let pods = tree.path().join("pods.json");
    tree.write("pods.json.gz", packed(&std::fs::read(&pods).unwrap()));
    std::fs::remove_file(pods).unwrap();
    says_the_same("a compressed file in a folder", tree.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_of_everything() {
    let objects = objects();
    let all: Vec<&Value> = objects.values().flatten().collect();
    let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
    let documents: Vec<String> = all
        .iter()
        .map(|object| format!("---\n{}", yaml(object)))
        .collect();
    let mixed: Value = serde_json::from_str(&list(&all)).unwrap();
    for (name, text) in [
        ("list.json", list(&all)),
        ("list.yaml", yaml(&mixed)),
        ("documents.yaml", documents.concat()),
        ("lines.ndjson", lines.join("\n")),
        ("lines", lines.concat()),
        ("array.json", format!("[{}]", lines.join(","))),
    ] {
        let tree = Tree::new();
        tree.write(&format!("objects/{name}"), &text);
        for (namespace, pod, container, text) in logs() {
            tree.write(&format!("logs/{namespace}/{pod}/{container}.log"), text);
        }
        if name == "lines" {
            // Without a name that tells, it is read where it is named itself; then there are no logs beside it.
            let files = open(&tree.path().join("objects/lines")).unwrap();
            assert_eq!(files.kinds().values().sum::<u64>(), all.len() as u64);
        } else {
            says_the_same(name, tree.path()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_info_dump() {
    let tree = Tree::new();
    let mut stdout = String::new();
    for (resource, objects) in objects() {
        let (kind, version) = kind(resource);
        for (namespace, objects) in by_namespace(&objects) {
            let folder = if namespace.is_empty() { "" } else { "/" };
            let text = typed_list(&objects, kind, version);
            tree.write(&format!("{namespace}{folder}{resource}.json"), &text);
            stdout.push_str(&text);
            stdout.push('\n');
        }
    }
    for (namespace, pod, container, text) in logs() {
        let text = format!(
            "==== START logs for container {container} of pod {namespace}/{pod} ====\n{text}\n==== END logs for container {container} of pod {namespace}/{pod} ====\n"
        );
        let path = tree.path().join(format!("{namespace}/{pod}/logs.txt"));
        let before = std::fs::read_to_string(path).unwrap_or_default();
        tree.write(&format!("{namespace}/{pod}/logs.txt"), before + &text);
        stdout.push_str(&text);
    }
    says_the_same("cluster-info dump", tree.path()).await;
    let printed = Tree::new();
    printed.write("dump.txt", stdout);
    says_the_same("cluster-info dump, printed", &printed.path().join("dump.txt")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_must_gather() {
    let tree = Tree::new();
    let root = "must-gather.local.1/quay-io-sha256";
    for (resource, objects) in objects() {
        let (_, version) = kind(resource);
        let group = version.split_once('/').map_or("core", |(group, _)| group);
        for (namespace, objects) in by_namespace(&objects) {
            if namespace.is_empty() {
                for object in objects {
                    let name = name(object);
                    let path = format!("{root}/cluster-scoped-resources/{group}/{resource}/{name}.yaml");
                    tree.write(&path, format!("---\n{}", yaml(object)));
                }
                continue;
            }
            let list: Value = serde_json::from_str(&list(&objects)).unwrap();
            tree.write(
                &format!("{root}/namespaces/{namespace}/{group}/{resource}.yaml"),
                format!("---\n{}", yaml(&list)),
            );
            for pod in objects.iter().filter(|_| resource == "pods") {
                let name = name(pod);
                tree.write(
                    &format!("{root}/namespaces/{namespace}/pods/{name}/{name}.yaml"),
                    yaml(pod),
                );
            }
        }
    }
    for (namespace, pod, container, text) in logs() {
        let folder = format!("{root}/namespaces/{namespace}/pods/{pod}/{container}/{container}/logs");
        tree.write(&format!("{folder}/current.log"), &text);
        tree.write(&format!("{folder}/previous.log"), &text);
    }
    tree.write(&format!("{root}/timestamp"), "2026-11-21 01:27:40\n");
    says_the_same("must-gather", tree.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_support_bundle() {
    let tree = Tree::new();
    for (resource, objects) in objects() {
        let (kind, version) = kind(resource);
        let folder = match resource {
            "storageclasses" => "storage-classes",
            other => other,
        };
        for (namespace, objects) in by_namespace(&objects) {
            let name = if namespace.is_empty() {
                format!("bundle/cluster-resources/{folder}.json")
            } else {
                format!("bundle/cluster-resources/{folder}/{namespace}.json")
            };
            // Older bundles hold bare arrays: what they are of is said by the folder alone.
            let text = if resource == "services" {
                let text = typed_list(&objects, kind, version);
                serde_json::from_str::<Value>(&text).unwrap()["items"].to_string()
            } else {
                typed_list(&objects, kind, version)
            };
            tree.write(&name, text);
        }
    }
    for (namespace, pod, container, text) in logs() {
        tree.write(
            &format!("bundle/cluster-resources/pods/logs/{namespace}/{pod}/{container}.log"),
            &text,
        );
        tree.write(&format!("bundle/collected/{pod}/{container}-previous.log"), &text);
    }
    tree.write(
        "bundle/cluster-info/cluster_version.json",
        r#"{"info":{"gitVersion":"v1.34.10"},"string":"v1.34.10"}"#,
    );
    tree.write(
        "bundle/analysis.json",
        r#"[{"name":"x","labels":{},"insight":null}]"#,
    );
    says_the_same("support bundle", tree.path()).await;
    assert_eq!(&*open(tree.path()).unwrap().server_version, "v1.34.10");
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_objects_are_read_again_from_wherever_they_lie() {
    let objects = objects();
    let pod = objects["pods"]
        .iter()
        .find(|pod| namespace(pod) == "secret-missing")
        .unwrap();
    let wanted = ObjectRef::new("v1", "Pod", namespace(pod), name(pod));
    let tree = flat();
    let packed = Tree::new();
    tar(tree.path(), &packed.path().join("dump.tgz"), true);
    tar(tree.path(), &packed.path().join("dump.tar"), false);
    let text = yaml(&serde_json::from_str(&list(&objects["pods"].iter().collect::<Vec<_>>())).unwrap());
    packed.write("pods.yaml", text);
    // More than is held of an archive lies before it: it is unpacked again.
    packed.write("large/a.log", vec![b'x'; (64 << 20) - 100]);
    packed.write(
        "large/pods.json",
        list(&objects["pods"].iter().collect::<Vec<_>>()),
    );
    tar(
        &packed.path().join("large"),
        &packed.path().join("large.tgz"),
        true,
    );
    for path in [
        tree.path().to_owned(),
        packed.path().join("large.tgz"),
        packed.path().join("dump.tgz"),
        packed.path().join("dump.tar"),
        packed.path().join("pods.yaml"),
    ] {
        let files = open(&path).unwrap();
        let source = k8stui::engine::cluster::Cluster::from(&files).source();
        assert_eq!(
            &source.object(wanted.clone()).await.unwrap(),
            pod,
            "{}",
            path.display()
        );
    }
}
