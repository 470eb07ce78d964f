//! What the environment says about clusters: the variables that kubectl heeds, and where a pod finds its account.

use std::ffi::OsString;
use std::path::PathBuf;

/// Where the kubelet puts a pod's service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The environment as far as it decides which cluster is reached, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// `KUBECONFIG`: a list of files.
    pub kubeconfig: Option<OsString>,
    /// The home folder, with `.kube/config` in it.
    pub home: Option<PathBuf>,
    /// `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`: set in every pod.
    pub service: Option<(String, String)>,
    /// The folder with `token`, `ca.crt` and `namespace`.
    pub service_account: PathBuf,
    /// `HTTPS_PROXY`.
    pub https_proxy: Option<String>,
    /// `HTTP_PROXY`.
    pub http_proxy: Option<String>,
    /// `NO_PROXY`.
    pub no_proxy: Option<String>,
}

impl Environment {
    /// Reads it. A variable that is empty is one that is not set, as for kubectl; of the proxies' the upper case wins.
    pub fn of(variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let text = |name: &str| set(name).and_then(|value| value.into_string().ok());
        let any = |name: &str| text(name).or_else(|| text(&name.to_ascii_lowercase()));
        Self {
            kubeconfig: set("KUBECONFIG"),
            home,
            service: text("KUBERNETES_SERVICE_HOST").zip(text("KUBERNETES_SERVICE_PORT")),
            service_account: PathBuf::from(SERVICE_ACCOUNT),
            https_proxy: any("HTTPS_PROXY"),
            http_proxy: any("HTTP_PROXY"),
            no_proxy: any("NO_PROXY"),
        }
    }
}

impl Default for Environment {
    /// One in which nothing is set.
    fn default() -> Self {
        Self::of(|_| None, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_is_not_set_and_lower_case_counts_too() {
        let environment = Environment::of(
            |name| match name {
                "KUBECONFIG" | "HTTPS_PROXY" => Some("".into()),
                "https_proxy" => Some("proxy:3128".into()),
                "KUBERNETES_SERVICE_HOST" => Some("10.0.0.1".into()),
                _ => None,
            },
            None,
        );
        assert_eq!(environment.kubeconfig, None);
        assert_eq!(environment.https_proxy.as_deref(), Some("proxy:3128"));
        assert_eq!(environment.service, None, "both or none");
    }
}
