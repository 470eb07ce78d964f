//! Which cluster, and as whom: contexts and flags as kubectl reads them.

use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use kube::config::{AuthInfo, Cluster, Config, Context, Kubeconfig};
use sha2::{Digest, Sha256};

use super::kubeconfig::{self, refused};
use super::user::User;
use super::{Environment, Failure, certificates, proxy, service_account};

/// How long it may take until a connection stands.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// What the person asked for on the command line; kubectl's own flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// `--kubeconfig`: this file alone.
    pub kubeconfig: Option<PathBuf>,
    /// A kubeconfig that is in no file: the embedded cluster's.
    pub inline: Option<String>,
    /// `--context`.
    pub context: Option<String>,
    /// `--cluster`.
    pub cluster: Option<String>,
    /// `--user`.
    pub user: Option<String>,
    /// `--as`.
    pub impersonate: Option<String>,
    /// `--as-uid`.
    pub impersonate_uid: Option<String>,
    /// `--as-group`.
    pub impersonate_groups: Vec<String>,
    /// `--request-timeout`, for requests that are no watch and no log.
    pub request_timeout: Option<Duration>,
    /// What holds where no flag says otherwise.
    pub environment: Environment,
}

/// A cluster that can be connected to.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// How to reach it; of credentials only those that the library looks after.
    pub config: Config,
    /// Who asks; the credentials that we look after.
    pub user: User,
    /// The context's name, `in-cluster` inside of a pod.
    pub context: String,
    /// The context's namespace.
    pub namespace: String,
    /// Stands for the cluster's and the user's entries: differs when they do.
    pub digest: Vec<u8>,
}

impl Access {
    /// Reads the files and picks the context. Inside of a pod and without a kubeconfig, the pod's own cluster.
    ///
    /// # Errors
    /// One line that says which file or name is wrong and what there is instead.
    pub fn resolve(&self) -> Result<Resolved, Failure> {
        let kubeconfig = kubeconfig::read(self)?;
        let holds_something = kubeconfig
            .as_ref()
            .is_some_and(|one| !one.contexts.is_empty() || !one.clusters.is_empty());
        let asked_for = self.kubeconfig.is_some() || self.inline.is_some();
        if !holds_something
            && !asked_for
            && let Some((config, user)) = service_account::find(&self.environment)?
        {
            return self.finish(config, user, "in-cluster".to_owned(), Vec::new());
        }
        let kubeconfig = kubeconfig.ok_or_else(|| kubeconfig::missing(self))?;
        let (name, context) = self.choose(&kubeconfig)?;
        let cluster = self.cluster_of(&kubeconfig, &name, &context)?;
        let (user_name, mut entry) = self.user_of(&kubeconfig, &context)?;
        if let Some(exec) = entry.exec.as_mut().filter(|exec| exec.provide_cluster_info) {
            let given = (&cluster)
                .try_into()
                .map_err(|error| refused(format!("the cluster of context {name}: {error}")))?;
            exec.cluster = Some(given);
        }
        let mut config = connection(&cluster, &name)?;
        config.proxy_url = proxy::choose(
            cluster.proxy_url.as_deref(),
            &config.cluster_url,
            &self.environment,
        )
        .map_err(|why| refused(format!("the cluster of context {name}: {why}")))?;
        config.default_namespace = context
            .namespace
            .filter(|namespace| !namespace.is_empty())
            .unwrap_or_else(|| "default".to_owned());
        let digest = digest(&cluster, &entry);
        let user = User::take(&user_name, &mut entry)?;
        config.auth_info = entry;
        self.finish(config, user, name, digest)
    }

    fn choose(&self, kubeconfig: &Kubeconfig) -> Result<(String, Context), Failure> {
        let there = listed(kubeconfig.contexts.iter().map(|context| &context.name));
        let Some(name) = self.context.as_ref().or(kubeconfig.current_context.as_ref()) else {
            return Err(refused(format!(
                "the kubeconfig names no current context. Choose one with --context: {there}"
            )));
        };
        let context = kubeconfig.contexts.iter().find(|context| context.name == *name);
        let context = context.and_then(|named| named.context.clone()).ok_or_else(|| {
            refused(format!(
                "there is no context {name:?} in the kubeconfig. There is: {there}"
            ))
        })?;
        Ok((name.clone(), context))
    }

    fn cluster_of(&self, kubeconfig: &Kubeconfig, name: &str, context: &Context) -> Result<Cluster, Failure> {
        let wanted = self.cluster.as_ref().unwrap_or(&context.cluster);
        let cluster = kubeconfig.clusters.iter().find(|cluster| cluster.name == *wanted);
        cluster.and_then(|named| named.cluster.clone()).ok_or_else(|| {
            let there = listed(kubeconfig.clusters.iter().map(|cluster| &cluster.name));
            refused(format!(
                "there is no cluster {wanted:?} in the kubeconfig for context {name}. There is: {there}"
            ))
        })
    }

    /// A user entry that a context names and that is not there is nobody, as for kubectl; one that `--user` names must be.
    fn user_of(&self, kubeconfig: &Kubeconfig, context: &Context) -> Result<(String, AuthInfo), Failure> {
        let wanted = self
            .user
            .clone()
            .or_else(|| context.user.clone())
            .unwrap_or_default();
        let user = kubeconfig.auth_infos.iter().find(|user| user.name == wanted);
        match user.and_then(|named| named.auth_info.clone()) {
            Some(entry) => Ok((wanted, entry)),
            None if self.user.is_some() => {
                let there = listed(kubeconfig.auth_infos.iter().map(|user| &user.name));
                Err(refused(format!(
                    "there is no user {wanted:?} in the kubeconfig. There is: {there}"
                )))
            }
            None => Ok((wanted, AuthInfo::default())),
        }
    }

    fn finish(
        &self,
        mut config: Config,
        user: User,
        context: String,
        digest: Vec<u8>,
    ) -> Result<Resolved, Failure> {
        let as_whom = &mut config.auth_info;
        if let Some(user) = &self.impersonate {
            as_whom.impersonate = Some(user.clone());
        }
        if let Some(uid) = &self.impersonate_uid {
            as_whom.impersonate_uid = Some(uid.clone());
        }
        if !self.impersonate_groups.is_empty() {
            as_whom.impersonate_groups = Some(self.impersonate_groups.clone());
        }
        let more = as_whom.impersonate_uid.is_some()
            || as_whom.impersonate_groups.is_some()
            || as_whom.impersonate_user_extra.is_some();
        if more && as_whom.impersonate.as_ref().is_none_or(String::is_empty) {
            return Err(refused(
                "a group or uid is impersonated, but no user: name one with --as",
            ));
        }
        if !verifies(&config) && config.root_cert.is_none() {
            // Trusts nobody. Else the system's authorities are loaded, and a machine that has none could not even
            // speak plain HTTP.
            config.root_cert = Some(Vec::new());
        }
        // A retry that the person cannot see looks like a hang; ours are shown.
        config.default_retry = false;
        config.connect_timeout = Some(CONNECT_LIMIT);
        Ok(Resolved {
            namespace: config.default_namespace.clone(),
            config,
            user,
            context,
            digest,
        })
    }
}

/// How a cluster's entry says that it is reached.
fn connection(cluster: &Cluster, context: &str) -> Result<Config, Failure> {
    let wrong = |why: String| refused(format!("the cluster of context {context}: {why}"));
    let server = cluster.server.as_deref().unwrap_or("");
    if server.is_empty() {
        return Err(wrong(
            "its entry in the kubeconfig names no server: add it".to_owned(),
        ));
    }
    let authority = certificates::authority(cluster).map_err(wrong)?;
    let insecure = cluster.insecure_skip_tls_verify.unwrap_or(false);
    // As kubectl: without a scheme it is TLS where something is said about TLS.
    let server = match server.contains("://") {
        true => server.to_owned(),
        false if insecure || authority.is_some() => format!("https://{server}"),
        false => format!("http://{server}"),
    };
    let url: Uri = server
        .parse()
        .map_err(|error| wrong(format!("server {server:?} is no URL: {error}")))?;
    let mut config = Config::new(url);
    if let Some(authority) = authority {
        config.root_cert = Some(authority.certificates);
        config.root_cert_file = authority.file;
    }
    config.accept_invalid_certs = insecure;
    config.disable_compression = cluster.disable_compression.unwrap_or(false);
    config.tls_server_name = cluster.tls_server_name.clone().filter(|name| !name.is_empty());
    Ok(config)
}

/// Whether a certificate of the other side is ever looked at.
fn verifies(config: &Config) -> bool {
    let over_tls = |url: &Uri| url.scheme_str() == Some("https");
    let tls = over_tls(&config.cluster_url) || config.proxy_url.as_ref().is_some_and(over_tls);
    tls && !config.accept_invalid_certs
}

fn digest(cluster: &Cluster, user: &AuthInfo) -> Vec<u8> {
    // Through a value, whose maps have an order.
    let entries = serde_json::to_value((cluster, user)).unwrap_or_default();
    Sha256::digest(entries.to_string()).to_vec()
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kubeconfig(text: &str) -> (tempfile::NamedTempFile, Access) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let access = Access {
            kubeconfig: Some(file.path().to_owned()),
            ..Access::default()
        };
        (file, access)
    }

    const TWO: &str = r#"
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
contexts:
- {name: blue, context: {cluster: c, user: u, namespace: shop}}
- {name: green, context: {cluster: c, user: u}}
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "false", interactiveMode: Never}}}]
"#;

    #[test]
    fn an_unknown_context_names_those_that_are() {
        let (_file, access) = kubeconfig(TWO);
        let access = Access {
            context: Some("red".to_owned()),
            ..access
        };
        let line = access.resolve().unwrap_err().to_string();
        assert!(line.contains("\"red\"") && line.contains("blue, green"), "{line}");
    }

    #[test]
    fn no_current_context_asks_for_one() {
        let (_file, access) = kubeconfig(TWO);
        let line = access.resolve().unwrap_err().to_string();
        assert!(
            line.contains("--context") && line.contains("blue, green"),
            "{line}"
        );
    }

    #[test]
    fn flags_and_plugin_are_taken_up() {
        let (_file, access) = kubeconfig(TWO);
        let access = Access {
            context: Some("blue".to_owned()),
            impersonate: Some("jane".to_owned()),
            impersonate_groups: vec!["dev".to_owned()],
            ..access
        };
        let resolved = access.resolve().unwrap();
        assert_eq!(resolved.namespace, "shop");
        assert_eq!(resolved.config.auth_info.impersonate.as_deref(), Some("jane"));
        assert!(resolved.user.exec.is_some(), "the plugin is ours to run");
        assert!(resolved.config.auth_info.exec.is_none(), "and not the library's");
    }

    #[test]
    fn a_file_that_is_not_there_or_broken_is_named() {
        let access = Access {
            kubeconfig: Some("/nowhere/kubeconfig".into()),
            ..Access::default()
        };
        assert!(
            access
                .resolve()
                .unwrap_err()
                .to_string()
                .contains("/nowhere/kubeconfig")
        );
        let (file, access) = kubeconfig("contexts: {not: [a, list}");
        let line = access.resolve().unwrap_err().to_string();
        assert!(
            line.contains("broken") && line.contains(&file.path().display().to_string()),
            "{line}"
        );
    }
}
