//! The account that pods get which name none.

use jiff::Timestamp;

use crate::engine::analyzers::exam::Exam;
use crate::engine::analyzers::{Analysis, Analyzer, Code, Topic, codes, facts};
use crate::engine::finding::Severity;
use crate::engine::kinds::{Pod, ServiceAccount};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds namespaces whose default ServiceAccount is in use.
pub struct DefaultAccountAnalyzer;

const DEFAULT: &str = "default";

impl Analyzer for DefaultAccountAnalyzer {
    fn name(&self) -> &'static str {
        "ServiceAccount"
    }

    fn topic(&self) -> Option<Topic> {
        Some(Topic::Security)
    }

    fn kind(&self) -> Kind {
        Kind::ServiceAccount
    }

    fn codes(&self) -> &'static [Code] {
        codes::security::ACCOUNT
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Pod]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::ServiceAccount if *changed.name == *DEFAULT => keys.push(changed.clone()),
            Kind::Pod => {
                let pod = world.get::<Pod>(&changed.namespace, &changed.name);
                // A pod of another account changes nothing; of one that is gone it is not known.
                if pod.is_none_or(uses_default) {
                    keys.push(Key::new(Kind::ServiceAccount, &changed.namespace, DEFAULT));
                }
            }
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let account = world.get::<ServiceAccount>(&key.namespace, &key.name);
        if let Some(account) = account.filter(|_| *key.name == *DEFAULT) {
            check(&mut exam, account);
        }
        exam.analysis
    }
}

fn uses_default(pod: &Pod) -> bool {
    let ended = matches!(pod.status.phase.as_str(), "Succeeded" | "Failed");
    !ended && matches!(pod.spec.service_account(), "" | DEFAULT)
}

/// One finding a namespace, however many pods there are.
fn check(exam: &mut Exam, account: &ServiceAccount) {
    let by_default = account.automount_service_account_token.unwrap_or(true);
    let users: Vec<&Pod> = exam
        .world
        .in_namespace::<Pod>(&exam.key.namespace)
        .filter(|pod| uses_default(pod) && pod.spec.security.automount_token.unwrap_or(by_default))
        .take(3)
        .collect();
    let Some(first) = users.first() else { return };
    let mut finding = exam.finding(
        "DefaultAccountUsed",
        Severity::Info,
        "pods carry the token of the default account",
    );
    finding.message = format!(
        "Pods that name no account ({} and perhaps others) get the token of the namespace's default account in their \
         containers: whatever is allowed to one is allowed to all.",
        first.metadata.name
    )
    .into();
    if let Some(automount) = account.automount_service_account_token {
        finding
            .evidence
            .push(exam.field("automountServiceAccountToken", automount.to_string()));
    }
    for pod in users {
        let object = Key::new(Kind::Pod, &exam.key.namespace, &pod.metadata.name).object();
        finding.evidence.push(facts::related(object, "carries its token"));
    }
    exam.report(finding);
}
