//! Which cluster, and as whom: kubeconfig files, contexts and flags as kubectl reads them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{Config, ExecConfig, KubeConfigOptions, Kubeconfig};

use super::failure::first_line;
use super::{Failure, FailureKind};

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
    /// `--as-group`.
    pub impersonate_groups: Vec<String>,
    /// `--request-timeout`, for requests that are no watch and no log.
    pub request_timeout: Option<Duration>,
}

/// A cluster that can be connected to.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// How to reach it; without the exec plugin, which is run apart.
    pub config: Config,
    /// The plugin that gives the credential.
    pub exec: Option<ExecConfig>,
    /// The context's name, `in-cluster` inside of a pod.
    pub context: String,
    /// The context's namespace.
    pub namespace: String,
}

impl Access {
    /// Reads the files and picks the context.
    ///
    /// # Errors
    /// One line that says which file or name is wrong and what there is instead.
    pub async fn resolve(&self) -> Result<Resolved, Failure> {
        let Some(kubeconfig) = self.read()? else {
            return self.in_cluster();
        };
        let names: Vec<&str> = kubeconfig
            .contexts
            .iter()
            .map(|context| context.name.as_str())
            .collect();
        let context = match (&self.context, &kubeconfig.current_context) {
            (Some(name), _) => name.clone(),
            (None, Some(name)) if !name.is_empty() => name.clone(),
            _ => {
                return Err(refused(format!(
                    "the kubeconfig names no current context. Choose one with --context: {}",
                    listed(&names)
                )));
            }
        };
        if !names.contains(&context.as_str()) {
            return Err(refused(format!(
                "there is no context {context:?} in the kubeconfig. There is: {}",
                listed(&names)
            )));
        }
        let options = KubeConfigOptions {
            context: Some(context.clone()),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
        };
        let config = Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(|error| refused(format!("the kubeconfig's context {context}: {error}")))?;
        Ok(self.finish(config, context))
    }

    fn in_cluster(&self) -> Result<Resolved, Failure> {
        match Config::incluster() {
            Ok(config) => Ok(self.finish(config, "in-cluster".to_owned())),
            Err(_) => Err(refused(
                "no kubeconfig: KUBECONFIG is not set, there is no ~/.kube/config, and this is no pod of a cluster. \
                 Name one with --kubeconfig, or try `k8stui demo`."
                    .to_owned(),
            )),
        }
    }

    fn finish(&self, mut config: Config, context: String) -> Resolved {
        if let Some(user) = &self.impersonate {
            config.auth_info.impersonate = Some(user.clone());
        }
        if !self.impersonate_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(self.impersonate_groups.clone());
        }
        // A retry that the person cannot see looks like a hang; ours are shown.
        config.default_retry = false;
        config.connect_timeout = Some(Duration::from_secs(10));
        Resolved {
            exec: config.auth_info.exec.take(),
            namespace: config.default_namespace.clone(),
            config,
            context,
        }
    }

    /// The merged kubeconfig, or `None` where there is none at all.
    fn read(&self) -> Result<Option<Kubeconfig>, Failure> {
        if let Some(text) = &self.inline {
            return Kubeconfig::from_yaml(text)
                .map(Some)
                .map_err(|error| refused(error.to_string()));
        }
        if let Some(path) = &self.kubeconfig {
            return read_file(path).map(Some);
        }
        let Some(list) = std::env::var_os("KUBECONFIG").filter(|list| !list.is_empty()) else {
            let default = std::env::home_dir().map(|home| home.join(".kube").join("config"));
            return default
                .filter(|path| path.exists())
                .map(|path| read_file(&path))
                .transpose();
        };
        let paths: Vec<PathBuf> = std::env::split_paths(&list)
            .filter(|path| !path.as_os_str().is_empty())
            .collect();
        // As kubectl: files of the list that do not exist are passed over, unless none does.
        let present: Vec<&PathBuf> = paths.iter().filter(|path| path.exists()).collect();
        if present.is_empty() {
            let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            return Err(refused(format!(
                "KUBECONFIG names no file that exists: {}",
                names.join(", ")
            )));
        }
        let mut merged = Kubeconfig::default();
        for path in present {
            merged = merged
                .merge(read_file(path)?)
                .map_err(|error| refused(format!("cannot merge {}: {error}", path.display())))?;
        }
        Ok(Some(merged))
    }
}

fn read_file(path: &Path) -> Result<Kubeconfig, Failure> {
    Kubeconfig::read_from(path).map_err(|error| match error {
        kube::config::KubeconfigError::ReadConfig(io, path) => {
            refused(format!("cannot read the kubeconfig {}: {io}", path.display()))
        }
        other => {
            let what = other.to_string();
            refused(format!(
                "the kubeconfig {} is broken: {}",
                path.display(),
                first_line(&what)
            ))
        }
    })
}

fn refused(what: String) -> Failure {
    Failure::new(FailureKind::Refused, what)
}

fn listed(names: &[&str]) -> String {
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

    #[tokio::test]
    async fn an_unknown_context_names_those_that_are() {
        let (_file, access) = kubeconfig(TWO);
        let access = Access {
            context: Some("red".to_owned()),
            ..access
        };
        let line = access.resolve().await.unwrap_err().to_string();
        assert!(line.contains("\"red\"") && line.contains("blue, green"), "{line}");
    }

    #[tokio::test]
    async fn no_current_context_asks_for_one() {
        let (_file, access) = kubeconfig(TWO);
        let line = access.resolve().await.unwrap_err().to_string();
        assert!(
            line.contains("--context") && line.contains("blue, green"),
            "{line}"
        );
    }

    #[tokio::test]
    async fn flags_and_plugin_are_taken_up() {
        let (_file, access) = kubeconfig(TWO);
        let access = Access {
            context: Some("blue".to_owned()),
            impersonate: Some("jane".to_owned()),
            impersonate_groups: vec!["dev".to_owned()],
            ..access
        };
        let resolved = access.resolve().await.unwrap();
        assert_eq!(resolved.namespace, "shop");
        assert_eq!(resolved.config.auth_info.impersonate.as_deref(), Some("jane"));
        assert!(resolved.exec.is_some(), "the plugin is ours to run");
        assert!(resolved.config.auth_info.exec.is_none(), "and not the library's");
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_or_broken_is_named() {
        let access = Access {
            kubeconfig: Some("/nowhere/kubeconfig".into()),
            ..Access::default()
        };
        assert!(
            access
                .resolve()
                .await
                .unwrap_err()
                .to_string()
                .contains("/nowhere/kubeconfig")
        );
        let (file, access) = kubeconfig("contexts: {not: [a, list}");
        let line = access.resolve().await.unwrap_err().to_string();
        assert!(
            line.contains("broken") && line.contains(&file.path().display().to_string()),
            "{line}"
        );
    }
}
