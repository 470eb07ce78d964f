//! Proxies: the kubeconfig's own, and the environment's by kubectl's rules.

use k8stui::engine::cluster::{Access, Environment};
use serde_json::{Value, json};

use super::{Folder, ask, connect, failure, program, says};
use crate::support::gate::{Gate, Pass, tls};
use crate::support::pki::{Authority, Validity, base64};
use crate::support::proxy::{Proxy, Speech};

/// A cluster with a name that only a proxy can lead to.
struct Bed {
    gate: Gate,
    folder: Folder,
    cluster: Value,
}

impl Bed {
    async fn start() -> Self {
        let authority = Authority::new("authority");
        let server = authority.server(&["api.shop.test"], Validity::Good);
        Self {
            gate: Gate::start(Some(tls(&server, None)), &[Pass::Token("t0")]).await,
            folder: Folder::new(),
            cluster: json!({"server": "https://api.shop.test:6443", "certificate-authority-data": authority.data()}),
        }
    }

    async fn proxy(&self, speech: Speech) -> Proxy {
        Proxy::start(speech, self.gate.address).await
    }

    fn access(&self, cluster: &Value, environment: Environment) -> Access {
        Access {
            environment,
            ..self.folder.access(cluster, &json!({"token": "t0"}))
        }
    }

    fn with(&self, url: &str) -> Value {
        let mut cluster = self.cluster.clone();
        cluster["proxy-url"] = json!(url);
        cluster
    }
}

#[tokio::test]
async fn the_proxy_of_the_kubeconfig_leads_to_the_cluster() {
    let bed = Bed::start().await;
    let basic = format!("Basic {}", base64("me:p@ss"));
    // How it is spoken to, its URL, and what it hears.
    for (speech, scheme, user, heard) in [
        (
            Speech::Connect,
            "http",
            "",
            "CONNECT api.shop.test:6443".to_owned(),
        ),
        (
            Speech::Connect,
            "http",
            "me:p%40ss@",
            format!("CONNECT api.shop.test:6443 {basic}"),
        ),
        (
            Speech::Socks5,
            "socks5",
            "",
            "SOCKS api.shop.test:6443".to_owned(),
        ),
    ] {
        let proxy = bed.proxy(speech).await;
        let cluster = bed.with(&format!("{scheme}://{user}{}", proxy.address));
        // NO_PROXY is about the environment's proxies.
        let environment = Environment {
            no_proxy: Some("*".to_owned()),
            ..Environment::default()
        };
        ask(&connect(&bed.access(&cluster, environment)).await.unwrap())
            .await
            .unwrap();
        assert_eq!(proxy.wanted(), [heard]);
    }
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_for_what_is_neither_excepted_nor_this_machine() {
    let bed = Bed::start().await;
    let proxy = bed.proxy(Speech::Connect).await;
    let environment = |no_proxy: &str| Environment {
        https_proxy: Some(proxy.address.to_string()),
        no_proxy: Some(no_proxy.to_owned()),
        ..Environment::default()
    };
    // The proxy's own address in the list is no reason to go without it.
    let access = bed.access(&bed.cluster, environment("127.0.0.1,other.test"));
    ask(&connect(&access).await.unwrap()).await.unwrap();
    assert_eq!(proxy.wanted(), ["CONNECT api.shop.test:6443"]);
    // Not tried: a name that no proxy resolves would be asked of the world.
    let excepted = bed
        .access(&bed.cluster, environment("shop.test"))
        .resolve()
        .unwrap();
    assert_eq!(excepted.config.proxy_url, None);
    let mut here = bed.cluster.clone();
    here["server"] = json!(format!("https://127.0.0.1:{}", bed.gate.port()));
    here["tls-server-name"] = json!("api.shop.test");
    ask(&connect(&bed.access(&here, environment(""))).await.unwrap())
        .await
        .unwrap();
    assert_eq!(proxy.wanted().len(), 1, "this machine is reached without it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_heeds_the_environment() {
    let bed = Bed::start().await;
    let proxy = bed.proxy(Speech::Connect).await;
    let access = bed.access(&bed.cluster, Environment::default());
    let config = access.kubeconfig.unwrap();
    let url = format!("http://{}", proxy.address);
    let output = program(
        bed.folder.0.path(),
        &[("https_proxy", &url), ("NO_PROXY", "localhost,")],
        &["doctor", "--kubeconfig", config.to_str().unwrap()],
    )
    .await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("API server v1.36.0"), "{said}");
    assert!(!proxy.wanted().is_empty());
}

#[tokio::test]
async fn a_proxy_that_does_not_help_is_named_without_its_password() {
    let bed = Bed::start().await;
    let refusing = bed.proxy(Speech::Refuses).await;
    let url = format!("http://me:secret@{}", refusing.address);
    let shown = format!("through the proxy http://{}", refusing.address);
    let line = failure(&bed.access(&bed.with(&url), Environment::default()))
        .await
        .to_string();
    says(&line, &["blue", &shown, "does not let it through"]);
    assert!(!line.contains("secret"), "{line}");
    // Port 1 of loopback: nobody listens.
    let dead = bed.with("http://127.0.0.1:1");
    let line = failure(&bed.access(&dead, Environment::default()))
        .await
        .to_string();
    says(&line, &["through the proxy http://127.0.0.1:1"]);
    let wrong = bed.with("ftp://127.0.0.1:1");
    let line = failure(&bed.access(&wrong, Environment::default()))
        .await
        .to_string();
    says(&line, &["blue", "proxy-url", "socks5"]);
}
