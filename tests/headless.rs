//! The commands without a screen, on the embedded cluster.

use std::process::{Command, Output};

use jiff::SignedDuration;
use k8stui::demo::{Demo, DemoOptions, Pace};
use serde_json::Value;

/// The demo at a moment at which much is broken, and the program run against it.
pub(crate) struct Shop {
    kubeconfig: tempfile::NamedTempFile,
    home: tempfile::TempDir,
    _demo: Demo,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let at = Some(SignedDuration::from_mins(10));
        let options = DemoOptions {
            seed: 1,
            at,
            port: 0,
            pace: Pace::Stepped,
        };
        let demo = Demo::start(options).await.unwrap();
        let kubeconfig = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(kubeconfig.path(), demo.kubeconfig()).unwrap();
        Self {
            kubeconfig,
            home: tempfile::tempdir().unwrap(),
            _demo: demo,
        }
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_k8stui"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("TZ", "UTC")
            .args(arguments);
        command.arg("--kubeconfig").arg(self.kubeconfig.path());
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }

    pub(crate) async fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) async fn json(&self) -> Value {
        serde_json::from_str(&self.says(&["analyze", "-o", "json"]).await).unwrap()
    }
}

fn findings(document: &Value) -> impl Iterator<Item = &Value> {
    document["findings"].as_array().unwrap().iter()
}

fn problem<'a>(document: &'a Value, title: &str) -> &'a Value {
    let problems = document["problems"].as_array().unwrap();
    problems
        .iter()
        .find(|one| one["title"].as_str().unwrap().contains(title))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_names_the_root_its_equals_and_what_follows() {
    let shop = Shop::open().await;
    let document = shop.json().await;
    assert_eq!(document["schema"], "k8stui/v1");
    assert_eq!(document["coverage"]["complete"], true);
    let storefront = problem(&document, "cannot write /var/cache/nginx");
    assert_eq!(
        (storefront["count"].as_u64(), storefront["severity"].as_str()),
        (Some(3), Some("critical"))
    );
    assert_eq!(storefront["state"], "active");
    let findings = document["findings"].as_array().unwrap();
    let root = findings
        .iter()
        .find(|one| one["id"] == storefront["root"])
        .unwrap();
    assert_eq!(
        (root["root"].as_bool(), root["code"].as_str()),
        (Some(true), Some("ContainerCrashLoop"))
    );
    assert_eq!(root["evidence"][0]["type"], "log", "the proof comes first");
    assert_eq!(root["evidence"][0]["n"], 1);
    assert!(
        root["diagnosis"]["commands"][0]["command"]
            .as_str()
            .unwrap()
            .starts_with("kubectl ")
    );
    let service = findings
        .iter()
        .find(|one| one["kind"] == "Service" && one["name"] == "storefront")
        .unwrap();
    assert_eq!(
        (&service["root_id"], service["root"].as_bool()),
        (&storefront["root"], Some(false))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_looks_say_the_same() {
    let shop = Shop::open().await;
    let (mut first, mut second) = (shop.json().await, shop.json().await);
    for document in [&mut first, &mut second] {
        document["generated_at"] = Value::Null;
    }
    // Line by line: a difference shows where it is, and does not bury it under two whole documents.
    let lines = |document: &Value| -> Vec<String> {
        let text = serde_json::to_string_pretty(document).unwrap();
        text.lines().map(str::to_owned).collect()
    };
    let (first, second) = (lines(&first), lines(&second));
    for (at, (one, other)) in first.iter().zip(&second).enumerate() {
        let before = first[at.saturating_sub(8)..at].join("\n");
        assert_eq!(one, other, "after\n{before}");
    }
    assert_eq!(first.len(), second.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_decides_what_is_shown_and_the_exit_code() {
    let shop = Shop::open().await;
    assert_eq!(
        shop.run(&["analyze", "--fail-on", "critical"])
            .await
            .status
            .code(),
        Some(1)
    );
    assert_eq!(
        shop.run(&["analyze", "--filter", "node", "--fail-on", "critical"])
            .await
            .status
            .code(),
        Some(0)
    );
    assert_eq!(
        shop.run(&["analyze", "--filter", "nonsense"]).await.status.code(),
        Some(64)
    );
    let claims = shop.says(&["analyze", "--filter", "pvc"]).await;
    assert!(
        claims.contains("storage class") && !claims.contains("storefront"),
        "{claims}"
    );
    let none = shop.says(&["analyze", "--filter", "node"]).await;
    assert!(
        none.contains("not shown") && !none.contains("Nothing is failing"),
        "{none}"
    );
    let payments = shop.says(&["analyze", "-n", "payments"]).await;
    assert!(
        payments.contains("receipts") && !payments.contains("storefront"),
        "{payments}"
    );
    let rest = shop.says(&["analyze", "--exclude-namespace", "shop"]).await;
    assert!(
        rest.contains("receipts") && !rest.contains("storefront"),
        "{rest}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_answers_to_its_id_and_to_its_objects() {
    let shop = Shop::open().await;
    let document = shop.json().await;
    let id = problem(&document, "cannot write")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for id in [&*id, "deploy/shop/storefront", "Service/storefront"] {
        let seed = shop.says(&["prompt", id]).await;
        assert!(
            seed.contains("Read-only file system") && seed.contains("storefront"),
            "{id}"
        );
    }
    // Between what fails and its owner stands a ReplicaSet that is sound itself.
    let set = findings(&document)
        .find(|one| one["kind"] == "Pod" && one["owner"] == "Deployment/storefront")
        .and_then(|pod| pod["name"].as_str()?.rsplit_once('-'))
        .map(|(set, _)| format!("rs/shop/{set}"))
        .unwrap();
    assert!(
        shop.says(&["prompt", &set])
            .await
            .contains("Read-only file system")
    );
    let playbook = shop.says(&["explain", &id, "-q", "how do I fix it?"]).await;
    assert!(
        playbook.contains("no model") && playbook.contains("kubectl"),
        "{playbook}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_without_a_fault_may_be_asked_about_too() {
    let shop = Shop::open().await;
    let node = shop.says(&["explain", "no/worker-1"]).await;
    assert!(
        node.contains("Nothing was found wrong with Node/worker-1."),
        "{node}"
    );
    assert!(node.contains("41 kinds of objects"), "{node}");
    let seed = shop.says(&["prompt", "ns/shop"]).await;
    assert!(
        seed.contains("nothing was found wrong with it") && seed.contains("## Object Namespace/shop"),
        "{seed}"
    );
    for (id, why) in [
        ("deploy/shop/nowhere", "there is no deploy/shop/nowhere"),
        ("widgets/nowhere", "\"widgets\" is no kind"),
        ("0123456789", "there is no problem"),
    ] {
        let output = shop.run(&["explain", id]).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{id}: {said}");
        assert!(said.contains(why) && said.lines().count() == 1, "{id}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_is_text_without_the_marks_of_markdown() {
    let shop = Shop::open().await;
    let said = shop.says(&["explain", "deploy/shop/storefront"]).await;
    assert!(said.contains("[emerg]"), "{said}");
    for mark in ["\\[", "\\_", "**", "```", "\u{1b}"] {
        assert!(!said.contains(mark), "{mark}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_and_the_small_commands() {
    let shop = Shop::open().await;
    let doctor = shop.says(&["doctor"]).await;
    assert!(
        doctor.contains("41 of 41 kinds") && doctor.contains("playbook answers"),
        "{doctor}"
    );
    assert!(shop.says(&["version"]).await.contains(env!("CARGO_PKG_VERSION")));
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            shop.says(&["completion", shell]).await.contains("analyze"),
            "{shell}"
        );
    }
}
