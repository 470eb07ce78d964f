//! Client certificates, and what a kubeconfig says about the server's.

use k8stui::engine::cluster::FailureKind;
use serde_json::{Value, json};

use super::{Folder, ask, connect, kubeconfig, trusted};
use crate::support::gate::{Gate, Pass, tls};
use crate::support::pki::{Authority, Issued, Validity};

struct Bed {
    authority: Authority,
    gate: Gate,
    folder: Folder,
}

impl Bed {
    async fn start() -> Self {
        let authority = Authority::new("authority");
        let server = authority.server(&["127.0.0.1"], Validity::Good);
        let gate = Gate::start(Some(tls(&server, Some(&authority))), &[]).await;
        Self {
            authority,
            gate,
            folder: Folder::new(),
        }
    }

    fn client(&self, name: &str) -> Issued {
        self.authority.client(name, Validity::Good)
    }

    fn admit(&self, client: &Issued) {
        self.gate.admit(&[Pass::Certificate(client.der())]);
    }

    fn write(&self, client: &Issued) {
        self.folder.write("jane.pem", &client.pem());
        self.folder.write("jane.key", &client.key_pem());
    }
}

fn files() -> Value {
    json!({"client-certificate": "jane.pem", "client-key": "jane.key"})
}

fn data(client: &Issued) -> Value {
    json!({"client-certificate-data": client.data(), "client-key-data": client.key_data()})
}

#[tokio::test]
async fn a_client_certificate_is_shown_from_the_kubeconfig_and_from_files() {
    let bed = Bed::start().await;
    let client = bed.client("jane");
    bed.admit(&client);
    bed.write(&client);
    for user in [files(), data(&client)] {
        let access = bed.folder.access(&trusted(&bed.gate, &bed.authority), &user);
        ask(&connect(&access).await.unwrap()).await.unwrap();
        assert!(bed.gate.last().certificate.is_some());
    }
}

#[tokio::test]
async fn certificate_files_that_rotate_count_from_the_next_request_on() {
    let bed = Bed::start().await;
    let (first, second) = (bed.client("first"), bed.client("second"));
    bed.write(&first);
    bed.admit(&first);
    let access = bed.folder.access(&trusted(&bed.gate, &bed.authority), &files());
    let live = connect(&access).await.unwrap();
    ask(&live).await.unwrap();
    // Between the two writes they do not belong together: the old ones hold.
    bed.folder.write("jane.pem", &second.pem());
    ask(&live).await.unwrap();
    bed.folder.write("jane.key", &second.key_pem());
    bed.admit(&second);
    ask(&live).await.unwrap();
    let shown: Vec<_> = bed
        .gate
        .seen()
        .into_iter()
        .map(|one| (one.certificate, one.admitted))
        .collect();
    assert_eq!(
        shown,
        [
            (Some(first.der()), true),
            (Some(first.der()), true),
            (Some(second.der()), true)
        ]
    );
}

#[tokio::test]
async fn a_certificate_that_tls_refuses_is_told_and_its_successor_taken_up() {
    let bed = Bed::start().await;
    let old = bed.authority.client("jane", Validity::Expired);
    let new = bed.client("jane");
    bed.admit(&new);
    bed.write(&old);
    let access = bed.folder.access(&trusted(&bed.gate, &bed.authority), &files());
    let live = connect(&access).await.unwrap();
    let refusal = ask(&live).await.unwrap_err();
    assert_eq!(refusal.kind, FailureKind::Unauthorized, "{refusal}");
    super::says(
        &refusal.to_string(),
        &[
            "certificate expired",
            "user \"jane\" of context blue",
            "jane.pem",
            "renew it",
        ],
    );
    bed.write(&new);
    ask(&live).await.unwrap();
}

#[tokio::test]
async fn one_in_the_kubeconfig_that_is_replaced_there_counts_after_a_refusal() {
    let bed = Bed::start().await;
    let (old, new) = (bed.client("old"), bed.client("new"));
    bed.admit(&old);
    let cluster = trusted(&bed.gate, &bed.authority);
    let live = connect(&bed.folder.access(&cluster, &data(&old))).await.unwrap();
    ask(&live).await.unwrap();
    bed.admit(&new);
    bed.folder.write("config", &kubeconfig(&cluster, &data(&new)));
    ask(&live).await.unwrap();
}

#[tokio::test]
async fn another_server_name_and_no_check_at_all_are_kept() {
    let authority = Authority::new("authority");
    let server = authority.server(&["api.internal"], Validity::Good);
    let gate = Gate::start(Some(tls(&server, None)), &[Pass::Anyone]).await;
    let folder = Folder::new();
    let mut named = trusted(&gate, &authority);
    named["tls-server-name"] = json!("api.internal");
    let unchecked =
        json!({"server": format!("https://127.0.0.1:{}", gate.port()), "insecure-skip-tls-verify": true});
    for cluster in [named, unchecked] {
        let live = connect(&folder.access(&cluster, &json!({}))).await.unwrap();
        ask(&live).await.unwrap();
    }
}
