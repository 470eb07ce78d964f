//! What is looked at can be switched, part by part, and silence is not mistaken for health.

use std::collections::BTreeSet;

use k8stui::engine::analyzers;
use serde_json::Value;

use crate::headless::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_is_hidden_and_said() {
    let shop = Shop::open().await;
    let before = shop.json().await;
    assert!(titles(&before).contains("storage class"));
    assert_eq!(
        shop.says(&["filters", "remove", "pvc,hpa"]).await,
        "PersistentVolumeClaim is off\nHorizontalPodAutoscaler is off\n"
    );

    let after = shop.json().await;
    let entries = after["coverage"]["entries"].as_array().unwrap();
    let off: Vec<&str> = entries
        .iter()
        .filter(|one| one["status"] == "off" && one["what"] == "analyzer")
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(off, ["PersistentVolumeClaim", "HorizontalPodAutoscaler"]);
    assert_eq!(after["coverage"]["complete"], false);
    let only_claims = |problem: &Value| {
        let ids: Vec<&Value> = problem["findings"].as_array().unwrap().iter().collect();
        let findings = before["findings"].as_array().unwrap();
        let of = findings.iter().filter(|one| ids.contains(&&one["id"]));
        of.clone().count() > 0 && of.clone().all(|one| one["kind"] == "PersistentVolumeClaim")
    };
    let hidden = before["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| only_claims(one))
        .count();
    let count = |document: &Value| document["problems"].as_array().unwrap().len();
    assert_eq!(
        count(&after),
        count(&before) - hidden,
        "whole problems, and no others"
    );

    let text = shop.says(&["analyze"]).await;
    assert!(
        text.contains("Switched off (k8stui filters): PersistentVolumeClaim"),
        "{text}"
    );
    let asked = shop.says(&["analyze", "--filter", "pvc"]).await;
    assert!(
        asked.contains("storage class") && !asked.contains("Switched off"),
        "{asked}"
    );

    shop.says(&["filters", "add", "PersistentVolumeClaim", "hpa"])
        .await;
    let again = shop.json().await;
    assert_eq!(
        (count(&again), &again["coverage"]["complete"]),
        (count(&before), &true.into())
    );
}

fn titles(document: &Value) -> String {
    let problems = document["problems"].as_array().unwrap().iter();
    problems
        .map(|one| one["title"].to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_are_listed_with_what_they_are() {
    let shop = Shop::open().await;
    shop.says(&["filters", "remove", "Node", "widget.example.io"])
        .await;
    let listed: Value = serde_json::from_str(&shop.says(&["filters", "list", "-o", "json"]).await).unwrap();
    let on = |name: &str| {
        let found = listed.as_array().unwrap().iter().find(|one| one["name"] == name);
        found.map(|one| one["on"].as_bool().unwrap())
    };
    for (name, wanted) in [
        ("Pod", Some(true)),
        ("Storage", Some(true)),
        ("Log", Some(true)),
        ("HTTPRoute", Some(true)),
        ("Security", Some(true)),
        ("Finalizer", Some(true)),
        ("RoleBinding", Some(true)),
        ("Node", Some(false)),
        ("widget.example.io", Some(false)),
        ("Nonsense", None),
    ] {
        assert_eq!(on(name), wanted, "{name}");
    }
    let text = shop.says(&["filters", "list"]).await;
    assert!(text.lines().any(|line| line.starts_with("off  Node ")), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_filters_may_be_asked_for_by_k8sgpts_names() {
    let shop = Shop::open().await;
    let both = shop.says(&["analyze", "--filter", "Storage,Log"]).await;
    assert!(
        both.contains("storage class") && both.contains("/var/cache/nginx"),
        "{both}"
    );
    let log = shop.says(&["analyze", "--filter", "log"]).await;
    assert!(
        !log.contains("storage class") && log.contains("/var/cache/nginx"),
        "{log}"
    );
    let wrong = shop.run(&["analyze", "--filter", "Depoyment"]).await;
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("did you mean Deployment?"), "{said}");
    assert_eq!(wrong.status.code(), Some(64));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_more_than_need_be_is_told_to_whom_asks_for_it() {
    let shop = Shop::open().await;
    let codes = async |arguments: &[&str]| -> BTreeSet<String> {
        let all = [&["analyze", "-o", "json", "--no-logs"], arguments].concat();
        let document: Value = serde_json::from_str(&shop.says(&all).await).unwrap();
        let findings = document["findings"].as_array().unwrap().iter();
        findings
            .map(|one| one["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let security: BTreeSet<String> = analyzers::posture()
        .iter()
        .flat_map(|analyzer| analyzer.codes())
        .map(|code| code.code.to_owned())
        .collect();
    let all = codes(&[]).await;
    assert!(!all.is_empty() && all.is_disjoint(&security), "{all:?}");
    let asked = codes(&["--filter", "Security"]).await;
    assert!(asked.contains("WorkloadMayRunAsRoot"), "{asked:?}");
    // Of accounts and bindings also what is wrong with them.
    let others: Vec<&String> = asked
        .difference(&security)
        .filter(|code| !code.starts_with("ServiceAccount"))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    let warnings = codes(&["--filter", "Security", "--severity", "warning"]).await;
    assert!(
        warnings.is_disjoint(&security),
        "what is said is heeded: {warnings:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_analyzer_is_listed_once_with_its_codes() {
    let shop = Shop::open().await;
    let listed: Value = serde_json::from_str(&shop.says(&["analyzers", "list", "-o", "json"]).await).unwrap();
    let built_in = listed.as_array().unwrap().iter();
    let built_in: Vec<&Value> = built_in.filter(|one| one["source"] == "built in").collect();
    let mut codes = Vec::new();
    for one in &built_in {
        let own = one["codes"].as_array().unwrap();
        assert!(!own.is_empty(), "{one}");
        codes.extend(own.iter().map(|code| code["code"].as_str().unwrap()));
    }
    for code in [
        "ObjectStuckDeleting",
        "ClaimMissing",
        "WebhookServiceMissing",
        "WorkloadPrivileged",
        "CustomResourceFailed",
    ] {
        let times = codes.iter().filter(|one| **one == code).count();
        assert_eq!(times, 1, "{code}");
    }
    let security = built_in.iter().find(|one| one["name"] == "Security").unwrap();
    assert!(security["about"].as_str().unwrap().contains("--filter Security"));
}
