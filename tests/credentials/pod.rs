//! Inside of a pod: the cluster it runs in and its own account, where there is no kubeconfig.

use k8stui::engine::cluster::{Access, Environment};
use serde_json::json;

use super::{Folder, ask, connect, failure, kubeconfig, plain, says};
use crate::support::gate::{Gate, Pass, tls};
use crate::support::pki::{Authority, Validity};

struct Pod {
    gate: Gate,
    folder: Folder,
}

impl Pod {
    async fn start() -> Self {
        let authority = Authority::new("cluster");
        let server = authority.server(&["127.0.0.1"], Validity::Good);
        let gate = Gate::start(Some(tls(&server, None)), &[Pass::Token("t1")]).await;
        let folder = Folder::new();
        folder.write("account/ca.crt", &authority.pem());
        folder.write("account/token", "t1");
        folder.write("account/namespace", "shop");
        Self { gate, folder }
    }

    fn access(&self) -> Access {
        Access {
            environment: Environment {
                home: Some(self.folder.path("home")),
                service: Some(("127.0.0.1".to_owned(), self.gate.port().to_string())),
                service_account: self.folder.path("account"),
                ..Environment::default()
            },
            ..Access::default()
        }
    }
}

#[tokio::test]
async fn the_pods_own_cluster_is_reached_with_its_account_while_its_token_rotates() {
    let pod = Pod::start().await;
    let live = connect(&pod.access()).await.unwrap();
    assert_eq!((&*live.context, &*live.namespace), ("in-cluster", "shop"));
    ask(&live).await.unwrap();
    pod.folder.write("account/token", "t2");
    pod.gate.admit(&[Pass::Token("t2")]);
    ask(&live).await.unwrap();
    pod.gate.admit(&[]);
    let refusal = ask(&live).await.unwrap_err().to_string();
    says(&refusal, &["401", "service account", "account/token"]);
}

#[tokio::test]
async fn a_kubeconfig_goes_before_it_and_one_that_is_empty_or_not_there_does_not() {
    let pod = Pod::start().await;
    // As kubectl: files of the list that do not exist are passed over.
    let mut access = pod.access();
    access.environment.kubeconfig = Some(pod.folder.path("nowhere").into());
    assert_eq!(&*connect(&access).await.unwrap().context, "in-cluster");
    let empty = pod.folder.write("empty", "apiVersion: v1\nkind: Config\n");
    access.environment.kubeconfig = Some(empty.into());
    assert_eq!(&*connect(&access).await.unwrap().context, "in-cluster");
    let elsewhere = Gate::start(None, &[Pass::Anyone]).await;
    let text = kubeconfig(&plain(&elsewhere), &json!({}));
    pod.folder.write("home/.kube/config", &text);
    assert_eq!(&*connect(&pod.access()).await.unwrap().context, "blue");
    // A file that was asked for is never replaced by the pod's cluster.
    let mut access = pod.access();
    access.kubeconfig = Some(pod.folder.path("nowhere"));
    says(&failure(&access).await.to_string(), &["nowhere"]);
}

#[tokio::test]
async fn what_is_no_pod_or_a_broken_one_says_so() {
    let pod = Pod::start().await;
    let mut access = pod.access();
    access.environment.service = None;
    says(
        &failure(&access).await.to_string(),
        &["no kubeconfig", "no pod of a cluster"],
    );
    pod.folder.write("account/ca.crt", "no certificate");
    says(
        &failure(&pod.access()).await.to_string(),
        &["inside of a pod", "ca.crt"],
    );
}
