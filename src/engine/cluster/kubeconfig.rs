//! The kubeconfig files, merged as kubectl merges them.

use std::path::{Path, PathBuf};

use kube::config::{Kubeconfig, KubeconfigError};

use super::failure::first_line;
use super::{Access, Failure, FailureKind};

/// The merged kubeconfig of `access`; `None` where none of the files that are looked for exists.
///
/// # Errors
/// A file that was asked for by `--kubeconfig` is not there, or one cannot be read or understood.
pub fn read(access: &Access) -> Result<Option<Kubeconfig>, Failure> {
    if let Some(text) = &access.inline {
        return Kubeconfig::from_yaml(text)
            .map(Some)
            .map_err(|error| refused(error.to_string()));
    }
    if let Some(path) = &access.kubeconfig {
        return read_file(path).map(Some);
    }
    // As kubectl: files that do not exist are passed over.
    let present: Vec<PathBuf> = looked_for(access)
        .into_iter()
        .filter(|path| path.exists())
        .collect();
    let mut merged: Option<Kubeconfig> = None;
    for path in &present {
        let next = read_file(path)?;
        merged = Some(match merged {
            None => next,
            Some(first) => first
                .merge(next)
                .map_err(|error| refused(format!("cannot merge {}: {error}", path.display())))?,
        });
    }
    Ok(merged)
}

/// The files that are looked for where `--kubeconfig` names none.
fn looked_for(access: &Access) -> Vec<PathBuf> {
    match &access.environment.kubeconfig {
        Some(list) => std::env::split_paths(list)
            .filter(|path| !path.as_os_str().is_empty())
            .collect(),
        None => access
            .environment
            .home
            .iter()
            .map(|home| home.join(".kube").join("config"))
            .collect(),
    }
}

/// Why there is no kubeconfig.
pub fn missing(access: &Access) -> Failure {
    let why = if access.environment.kubeconfig.is_some() {
        let paths = looked_for(access);
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        format!("KUBECONFIG names no file that exists ({})", names.join(", "))
    } else {
        "KUBECONFIG is not set, there is no ~/.kube/config".to_owned()
    };
    refused(format!(
        "no kubeconfig: {why}, and this is no pod of a cluster. Name one with --kubeconfig, or try `k8stui demo`."
    ))
}

fn read_file(path: &Path) -> Result<Kubeconfig, Failure> {
    let mut kubeconfig = Kubeconfig::read_from(path).map_err(|error| match error {
        KubeconfigError::ReadConfig(io, path) => {
            refused(format!("cannot read the kubeconfig {}: {io}", path.display()))
        }
        other => refused(format!(
            "the kubeconfig {} is broken: {}",
            path.display(),
            first_line(&other.to_string())
        )),
    })?;
    // kubectl writes `current-context: ""` where there is none: that is no value that wins over a later file's.
    kubeconfig.current_context = kubeconfig.current_context.filter(|name| !name.is_empty());
    Ok(kubeconfig)
}

/// A refusal of what stands in a kubeconfig.
pub fn refused(what: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Refused, what.into())
}
