//! The account that a pod has in its own cluster.

use std::net::IpAddr;

use http::Uri;
use kube::config::Config;

use super::certificates;
use super::kubeconfig::refused;
use super::user::User;
use super::{Environment, Failure, proxy};

/// The pod's own cluster and account; `None` where this is no pod, or one that has no account.
///
/// # Errors
/// It is a pod, but what it was given is broken.
pub fn find(environment: &Environment) -> Result<Option<(Config, User)>, Failure> {
    let folder = &environment.service_account;
    let token = folder.join("token");
    let Some((host, port)) = &environment.service else {
        return Ok(None);
    };
    if !token.is_file() {
        return Ok(None);
    }
    let wrong = |why: String| refused(format!("inside of a pod: {why}"));
    let bracketed = match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.clone(),
    };
    let url: Uri = format!("https://{bracketed}:{port}").parse().map_err(|error| {
        wrong(format!(
            "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT give no URL: {error}"
        ))
    })?;
    let mut config = Config::new(url);
    let authority = folder.join("ca.crt");
    // Without one the system's count, as for client-go.
    if authority.exists() {
        let authority = certificates::from_file(&authority).map_err(wrong)?;
        config.root_cert = Some(authority.certificates);
        config.root_cert_file = authority.file;
    }
    config.proxy_url = proxy::choose(None, &config.cluster_url, environment).map_err(wrong)?;
    if let Ok(namespace) = std::fs::read_to_string(folder.join("namespace"))
        && !namespace.trim().is_empty()
    {
        namespace.trim().clone_into(&mut config.default_namespace);
    }
    Ok(Some((config, User::service_account(token))))
}
