//! What `analyze` prints for other programs, and what is left out when it is asked for a part.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::headless::Shop;

async fn k8sgpt(shop: &Shop, more: &[&str]) -> Value {
    let arguments = [&["analyze", "-o", "k8sgpt"], more].concat();
    serde_json::from_str(&shop.says(&arguments).await).unwrap()
}

fn results(document: &Value) -> &[Value] {
    document["results"].as_array().map_or(&[], Vec::as_slice)
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_that_were_made_for_k8sgpt_find_what_they_look_for() {
    let shop = Shop::open().await;
    let document = k8sgpt(&shop, &[]).await;
    let keys: BTreeSet<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        BTreeSet::from(["errors", "problems", "provider", "results", "status"])
    );
    assert_eq!(document["status"], "ProblemDetected");
    assert_eq!(
        (&document["provider"], &document["errors"]),
        (&"".into(), &Value::Null)
    );

    let mut errors = 0;
    let mut last = (String::new(), String::new());
    for result in results(&document) {
        let keys: BTreeSet<&str> = result.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            BTreeSet::from(["details", "error", "kind", "name", "parentObject"])
        );
        assert_eq!(result["details"], "", "nobody was asked to explain");
        let text = |key: &str| result[key].as_str().unwrap().to_owned();
        let place = (text("kind"), text("name"));
        assert!(last < place, "{last:?} before {place:?}: in order, and each once");
        last = place;
        for error in result["error"].as_array().unwrap() {
            errors += 1;
            assert!(!error["Text"].as_str().unwrap().is_empty());
            assert_eq!(
                (&error["KubernetesDoc"], &error["Sensitive"]),
                (&"".into(), &serde_json::json!([]))
            );
        }
    }
    assert_eq!(document["problems"].as_u64(), Some(errors));

    let pod = results(&document)
        .iter()
        .find(|one| one["kind"] == "Pod" && one["name"].as_str().unwrap().starts_with("shop/storefront-"))
        .unwrap();
    assert_eq!(pod["parentObject"], "Deployment/storefront");
    assert!(
        pod["error"][0]["Text"]
            .as_str()
            .unwrap()
            .contains("read-only file system"),
        "{pod}"
    );
    assert!(
        results(&document)
            .iter()
            .any(|one| one["kind"] == "Service" && one["name"] == "shop/storefront"),
        "what follows from it is listed too, as K8sGPT does"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_kind_only_its_own_objects_are_listed_for_k8sgpt() {
    let shop = Shop::open().await;
    let services = k8sgpt(&shop, &["--filter", "Service"]).await;
    assert!(
        results(&services).iter().all(|one| one["kind"] == "Service"),
        "{services}"
    );
    assert!(!results(&services).is_empty());
    let healthy = k8sgpt(&shop, &["--filter", "Node"]).await;
    assert_eq!(
        (&healthy["status"], &healthy["problems"], &healthy["results"]),
        (&"OK".into(), &0.into(), &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn yaml_is_the_same_document() {
    let shop = Shop::open().await;
    let text = shop.says(&["analyze", "-o", "yaml"]).await;
    let mut yaml: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut json = shop.json().await;
    for document in [&mut yaml, &mut json] {
        document["generated_at"] = Value::Null;
    }
    assert!(yaml == json, "they differ:\n{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_choose_problems() {
    let shop = Shop::open().await;
    let titles = async |labels: &str| {
        let text = shop.says(&["analyze", "-o", "json", "-L", labels]).await;
        let document: Value = serde_json::from_str(&text).unwrap();
        let problems = document["problems"].as_array().unwrap().iter();
        problems
            .map(|one| one["title"].to_string())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let storefront = titles("app=storefront").await;
    assert!(
        storefront.contains("/var/cache/nginx") && !storefront.contains("receipts"),
        "{storefront}"
    );
    let rest = titles("app,app!=storefront").await;
    assert!(!rest.contains("/var/cache/nginx") && !rest.is_empty(), "{rest}");
    assert_eq!(titles("app=nowhere").await, "");
    let wrong = shop.run(&["analyze", "-L", "app within (a)"]).await;
    assert_eq!(wrong.status.code(), Some(64), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cost_is_told_apart_from_the_document() {
    let shop = Shop::open().await;
    let text = shop.says(&["analyze", "--stat"]).await;
    let pods = text.lines().find(|line| line.starts_with("Pod ")).unwrap();
    let numbers: Vec<u32> = pods
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [objects, looks, findings] = numbers[..] else {
        panic!("{pods}")
    };
    assert!(objects > 0 && looks >= objects && findings > 0, "{pods}");

    let output = shop.run(&["analyze", "-o", "json", "--stat"]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.lines().any(|line| line.starts_with("Pod ")), "{said}");
    assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_itself_says_what_a_field_means() {
    let shop = Shop::open().await;
    let text = shop.says(&["analyze", "-o", "json", "--with-doc"]).await;
    let document: Value = serde_json::from_str(&text).unwrap();
    let claim = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["code"] == "ClaimClassMissing")
        .unwrap();
    assert_eq!(claim["documentation"]["path"], "spec.storageClassName");
    let said = claim["documentation"]["text"].as_str().unwrap();
    assert!(said.starts_with("The name of the storage class"), "{said}");

    let text = shop.says(&["analyze", "--with-doc", "--filter", "pvc"]).await;
    assert!(
        text.contains("spec.storageClassName: The name of the storage class"),
        "{text}"
    );
    let scripts = k8sgpt(&shop, &["--with-doc", "--filter", "pvc"]).await;
    assert_eq!(results(&scripts)[0]["error"][0]["KubernetesDoc"], said);

    let plain = shop.json().await;
    let findings = plain["findings"].as_array().unwrap();
    assert!(
        findings.iter().all(|one| one.get("documentation").is_none()),
        "only where it is asked"
    );
}
