//! What the images of the shop do when they are run: data, and the rules by which a container's fate follows from it.

use serde::Deserialize;
use serde_json::Value;

use super::object::{bytes, list, text};
use super::world::World;

/// An image's program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    pub(super) image: String,
    pub(super) digest: String,
    /// How it writes times: strftime.
    #[serde(default)]
    pub(super) time: String,
    /// Seconds from its start to its end, where it fails, or until it serves.
    #[serde(default = "one")]
    starts_in: i64,
    #[serde(default)]
    banner: Vec<String>,
    #[serde(default)]
    pub(super) chatter: Vec<String>,
    /// Seconds between lines of chatter.
    #[serde(default = "minute")]
    pub(super) every: i64,
    /// A folder that it must be able to write.
    writes: Option<String>,
    #[serde(default)]
    cannot_write: Vec<String>,
    /// The variable that holds the URL of a Service without which it does not start.
    needs: Option<String>,
    #[serde(default)]
    cannot_reach: Vec<String>,
    /// Memory that it takes, in MiB.
    #[serde(default)]
    uses_mib: u64,
    #[serde(default)]
    out_of_memory: Vec<String>,
    /// What its PATH holds; empty: not known, so everything.
    #[serde(default)]
    commands: Vec<String>,
}

fn one() -> i64 {
    1
}

fn minute() -> i64 {
    60
}

/// What will become of a container that is started now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its image cannot be pulled.
    NoImage { message: String },
    /// The runtime cannot start its command.
    NoStart { message: String },
    /// It runs, and serves after so many seconds.
    Runs { ready_after: i64, log: Vec<String> },
    /// It ends after so many seconds.
    Ends {
        after: i64,
        code: i64,
        reason: &'static str,
        log: Vec<String>,
    },
}

/// All programs.
pub(super) struct Programs(Vec<Program>);

impl Programs {
    pub(super) fn read() -> Result<Self, serde_saphyr::Error> {
        serde_saphyr::from_str(include_str!("data/programs.yaml")).map(Self)
    }

    pub(super) fn of(&self, image: &str) -> Option<&Program> {
        let image = image.strip_prefix("docker.io/").unwrap_or(image);
        let image = image.strip_prefix("library/").unwrap_or(image);
        self.0.iter().find(|program| program.image == image)
    }

    /// The fate of a pod's container, as things stand.
    pub(super) fn fate(&self, world: &World, pod: &Value, container: &Value) -> Fate {
        let image = text(container, "/image");
        let Some(program) = self.of(image) else {
            let full = full_reference(image);
            return Fate::NoImage {
                message: format!(
                    "failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": pull access \
                     denied, repository does not exist or may require authorization: server message: \
                     insufficient_scope: authorization failed"
                ),
            };
        };
        let command: Vec<&str> = list(container, "/command")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let missing = |name: &str| {
            !name.contains('/') && !program.commands.is_empty() && !program.commands.iter().any(|c| c == name)
        };
        match command.as_slice() {
            ["sh" | "/bin/sh", "-c", script] => {
                let name = script.split_whitespace().next().unwrap_or_default();
                if missing(name) {
                    return Fate::Ends {
                        after: 0,
                        code: 127,
                        reason: "Error",
                        log: vec![format!("sh: {name}: not found")],
                    };
                }
            }
            [name, ..] if missing(name) => {
                return Fate::NoStart {
                    message: format!(
                        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc \
                         create failed: unable to start container process: exec: \"{name}\": executable file not found \
                         in $PATH: unknown"
                    ),
                };
            }
            _ => {}
        }
        if let Some(folder) = &program.writes
            && container.pointer("/securityContext/readOnlyRootFilesystem") == Some(&Value::Bool(true))
            && !list(container, "/volumeMounts")
                .iter()
                .any(|mount| folder.starts_with(text(mount, "/mountPath")))
        {
            return Fate::Ends {
                after: 0,
                code: 1,
                reason: "Error",
                log: program.cannot_write.clone(),
            };
        }
        let limit = bytes(text(container, "/resources/limits/memory"));
        if limit > 0 && program.uses_mib << 20 > limit {
            return Fate::Ends {
                after: program.starts_in,
                code: 137,
                reason: "OOMKilled",
                log: program.out_of_memory.clone(),
            };
        }
        if let Some(url) = program.needs.as_ref().and_then(|name| variable(container, name))
            && !reachable(world, text(pod, "/metadata/namespace"), url)
        {
            let log = program
                .cannot_reach
                .iter()
                .map(|line| line.replace("URL", url))
                .collect();
            return Fate::Ends {
                after: program.starts_in,
                code: 1,
                reason: "Error",
                log,
            };
        }
        let probed = container.get("readinessProbe").is_some();
        Fate::Runs {
            ready_after: program.starts_in + i64::from(probed) * 2,
            log: program.banner.clone(),
        }
    }
}

/// The reference with registry and tag.
pub(super) fn full_reference(image: &str) -> String {
    let image = if image.contains('/') {
        image.to_owned()
    } else {
        format!("library/{image}")
    };
    let last = image.rsplit('/').next().unwrap_or_default();
    if last.contains(':') {
        format!("docker.io/{image}")
    } else {
        format!("docker.io/{image}:latest")
    }
}

fn variable<'a>(container: &'a Value, name: &str) -> Option<&'a str> {
    list(container, "/env")
        .iter()
        .find(|v| text(v, "/name") == name)
        .map(|v| text(v, "/value"))
}

/// Whether the Service that a URL names has a ready endpoint.
fn reachable(world: &World, namespace: &str, url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    let host = host.split([':', '/']).next().unwrap_or_default();
    let mut labels = host.split('.');
    let service = labels.next().unwrap_or_default();
    let namespace = labels.next().unwrap_or(namespace);
    world.all("endpointslices").any(|slice| {
        text(slice, "/metadata/namespace") == namespace
            && text(slice, "/metadata/labels/kubernetes.io~1service-name") == service
            && list(slice, "/endpoints")
                .iter()
                .any(|e| e.pointer("/conditions/ready") == Some(&Value::Bool(true)))
    })
}

#[cfg(test)]
mod tests {
    use super::full_reference;

    #[test]
    fn references_are_completed_as_containerd_does() {
        for (image, full) in [
            ("httddd", "docker.io/library/httddd:latest"),
            ("nginx:1.25", "docker.io/library/nginx:1.25"),
            ("shop/web:1", "docker.io/shop/web:1"),
        ] {
            assert_eq!(full_reference(image), full);
        }
    }
}
