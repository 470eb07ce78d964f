//! Why a pod's volumes or its sandbox cannot be made.

use super::reference::{MissingReference, missing};
use super::{between, brief, last_clause};

/// Why a pod cannot be started on its node although it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrepareFailure {
    /// A volume names an object that is not there.
    Missing(MissingReference),
    /// A path of the host is not what the volume says it is.
    HostPath(String),
    /// The volume is attached to another node.
    AttachedElsewhere,
    /// The driver of the volume does not run on the node.
    DriverMissing(String),
    /// Another failure of that volume.
    Volume {
        /// The volume's name.
        volume: String,
        /// The kubelet's words.
        why: String,
    },
    /// Volumes do not come in time; the kubelet names them.
    VolumesLate(String),
    /// The runtime class names a handler that the node does not have.
    RuntimeHandler(String),
    /// There is no free address for the pod.
    NoAddress,
    /// The network plugin fails.
    Network(String),
    /// Something else about the sandbox.
    Sandbox(String),
    /// A failure that goes away by itself: the kubelet has not yet heard of the object.
    Transient,
}

/// Reads the message of an event `FailedMount`, `FailedAttachVolume`, `FailedMapVolume`, `FailedCreatePodSandBox`,
/// `NetworkNotReady`.
pub fn parse(reason: &str, message: &str) -> PrepareFailure {
    if message.contains("cache: timed out waiting for the condition")
        || message.contains("object not registered")
    {
        return PrepareFailure::Transient;
    }
    if let Some(reference) = missing(message) {
        return PrepareFailure::Missing(reference);
    }
    if reason == "NetworkNotReady" || message.contains("cni plugin not initialized") {
        return PrepareFailure::Network("the network plugin is not ready".to_owned());
    }
    if reason.starts_with("FailedCreatePodSandBox")
        || reason.contains("Sandbox")
        || message.contains("sandbox")
    {
        if let Some(handler) = between(message, "no runtime for \"", "\"")
            .or_else(|| between(message, "RuntimeHandler \"", "\" not supported"))
        {
            return PrepareFailure::RuntimeHandler(handler.to_owned());
        }
        if message.contains("no IP addresses available") || message.contains("failed to assign an IP address")
        {
            return PrepareFailure::NoAddress;
        }
        if message.contains("network for sandbox") || message.contains("plugin type=") {
            return PrepareFailure::Network(brief(last_clause(message), 80));
        }
        return PrepareFailure::Sandbox(brief(last_clause(message), 80));
    }
    if let Some((_, path)) = message.split_once("hostPath type check failed: ") {
        return PrepareFailure::HostPath(path.trim().to_owned());
    }
    if message.contains("Multi-Attach error") || message.contains("already exclusively attached") {
        return PrepareFailure::AttachedElsewhere;
    }
    if message.contains("not found in the list of registered CSI drivers") {
        let driver = between(message, "driver name ", " not found").unwrap_or("");
        return PrepareFailure::DriverMissing(driver.to_owned());
    }
    if let Some(volumes) = between(message, "unmounted volumes=[", "]") {
        return PrepareFailure::VolumesLate(volumes.to_owned());
    }
    PrepareFailure::Volume {
        volume: between(message, "volume \"", "\"").unwrap_or("").to_owned(),
        why: brief(last_clause(message), 80),
    }
}

impl PrepareFailure {
    /// The title of a row.
    pub fn title(&self) -> String {
        match self {
            Self::Missing(reference) => reference.title(),
            Self::HostPath(what) => format!("host path: {what}"),
            Self::AttachedElsewhere => "its volume is attached to another node".to_owned(),
            Self::DriverMissing(driver) => format!("volume driver {driver} does not run on the node"),
            Self::Volume { volume, why } if volume.is_empty() => format!("volume cannot be mounted: {why}"),
            Self::Volume { volume, why } => format!("volume {volume} cannot be mounted: {why}"),
            Self::VolumesLate(volumes) => format!("volumes do not come: {volumes}"),
            Self::RuntimeHandler(handler) => format!("no runtime \"{handler}\" on the node"),
            Self::NoAddress => "no free address for the pod on its node".to_owned(),
            Self::Network(why) => format!("network of the pod cannot be set up: {why}"),
            Self::Sandbox(why) => format!("sandbox of the pod cannot be created: {why}"),
            Self::Transient => "the kubelet waits for the objects that the pod mounts".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_to_prepare_are_told_apart() {
        for (reason, message, want) in [
            (
                "FailedMount",
                "MountVolume.SetUp failed for volume \"tls\" : secret \"edge-tls\" not found",
                "Secret edge-tls does not exist",
            ),
            (
                "FailedMount",
                "MountVolume.SetUp failed for volume \"models\" : hostPath type check failed: /data/models is not a \
                 directory",
                "host path: /data/models is not a directory",
            ),
            (
                "FailedCreatePodSandBox",
                "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no \
                 runtime for \"runsc\" is configured",
                "no runtime \"runsc\" on the node",
            ),
            (
                "FailedMount",
                "MountVolume.SetUp failed for volume \"config\" : failed to sync configmap cache: timed out waiting for \
                 the condition",
                "the kubelet waits for the objects that the pod mounts",
            ),
            (
                "FailedAttachVolume",
                "Multi-Attach error for volume \"pvc-1\" Volume is already exclusively attached to one node and can't \
                 be attached to another",
                "its volume is attached to another node",
            ),
            (
                "FailedMount",
                "MountVolume.MountDevice failed for volume \"pvc-1\" : kubernetes.io/csi: attacher.MountDevice failed to \
                 create newCsiDriverClient: driver name ebs.csi.example not found in the list of registered CSI drivers",
                "volume driver ebs.csi.example does not run on the node",
            ),
            (
                "FailedMount",
                "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: timed out \
                 waiting for the condition",
                "volumes do not come: data",
            ),
            (
                "FailedCreatePodSandBox",
                "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox \
                 \"1\": plugin type=\"calico\" failed (add): connection is unauthorized: Unauthorized",
                "network of the pod cannot be set up: Unauthorized",
            ),
            (
                "FailedMount",
                "MountVolume.SetUp failed for volume \"nfs\" : mount failed: exit status 32",
                "volume nfs cannot be mounted: exit status 32",
            ),
        ] {
            assert_eq!(parse(reason, message).title(), want, "{message}");
        }
    }
}
