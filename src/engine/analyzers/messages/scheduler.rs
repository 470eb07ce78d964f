//! Why the scheduler finds no node.

use super::between;
use super::reference::missing;

/// Why some nodes do not take a pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// A claim of the pod does not exist.
    ClaimMissing(String),
    /// A claim of the pod is not bound, and its class does not wait for the pod.
    ClaimUnbound,
    /// No volume fits the claim there.
    NoVolume,
    /// The volume is bound to other nodes.
    VolumeElsewhere,
    /// The node can hold no more volumes.
    TooManyVolumes,
    /// Not enough of a resource is left.
    Insufficient(String),
    /// The node has its full number of pods.
    TooManyPods,
    /// The ports that the pod wants on the node are taken.
    HostPorts,
    /// Another pod that it must not be with is there.
    AntiAffinity,
    /// The pod that it must be with is not there.
    Affinity,
    /// Its replicas would be spread too unevenly.
    Spread,
    /// The node's labels are not those that the pod asks for.
    Selector,
    /// The node has a taint that the pod does not tolerate: the taint, where it is said.
    Taint(String),
    /// The node is cordoned.
    Cordoned,
    /// The scheduler's own words.
    Other(String),
}

/// What the scheduler says of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many nodes there are, where it is said.
    pub nodes: Option<u32>,
    /// Why not, with how many nodes each (0 where it is about the pod itself), the most telling first.
    pub obstacles: Vec<(Obstacle, u32)>,
}

/// Reads the message of the condition `PodScheduled` or of an event `FailedScheduling`. What it says about
/// preemption follows from the rest and is dropped.
pub fn parse(message: &str) -> Verdict {
    let text = message
        .split_once(" preemption: ")
        .map_or(message, |(text, _)| text)
        .replace("no new claims to deallocate,", "");
    let (head, reasons) = text
        .split_once("nodes are available: ")
        .unwrap_or(("", text.as_str()));
    let nodes = head
        .split_once('/')
        .and_then(|(_, total)| total.trim().parse().ok());
    let mut obstacles: Vec<(Obstacle, u32)> = Vec::new();
    if let Some(reference) = missing(reasons).filter(|reference| reference.kind == "PersistentVolumeClaim") {
        obstacles.push((Obstacle::ClaimMissing(reference.name), 0));
    } else {
        for part in reasons.split(", ").flat_map(|part| part.split(". ")) {
            let part = part.trim().trim_end_matches(['.', ',']);
            if part.is_empty() || part == "not found" {
                continue;
            }
            let (count, what) = part
                .split_once(' ')
                .and_then(|(count, what)| Some((count.parse().ok()?, what)))
                .unwrap_or((0, part));
            obstacles.push((obstacle(what), count));
        }
    }
    obstacles.sort();
    obstacles.dedup();
    Verdict { nodes, obstacles }
}

fn obstacle(what: &str) -> Obstacle {
    let has = |words: &str| what.contains(words);
    if let Some(resource) = what.strip_prefix("Insufficient ") {
        Obstacle::Insufficient(resource.to_owned())
    } else if has("unbound immediate PersistentVolumeClaims") {
        Obstacle::ClaimUnbound
    } else if has("didn't find available persistent volumes") || has("no available persistent volumes") {
        Obstacle::NoVolume
    } else if has("volume node affinity conflict") || has("no available volume zone") {
        Obstacle::VolumeElsewhere
    } else if has("exceed max volume count") {
        Obstacle::TooManyVolumes
    } else if has("Too many pods") {
        Obstacle::TooManyPods
    } else if has("free ports for the requested pod ports") {
        Obstacle::HostPorts
    } else if has("anti-affinity rules") {
        Obstacle::AntiAffinity
    } else if has("pod affinity rules") {
        Obstacle::Affinity
    } else if has("topology spread constraints") {
        Obstacle::Spread
    } else if has("node affinity") || has("node selector") {
        Obstacle::Selector
    } else if has("taint") {
        let taint = between(what, "{", "}").unwrap_or("").trim_end_matches([':', ' ']);
        Obstacle::Taint(taint.to_owned())
    } else if has("were unschedulable") {
        Obstacle::Cordoned
    } else {
        Obstacle::Other(what.trim_start_matches("node(s) ").to_owned())
    }
}

impl Obstacle {
    /// What stands in the way, after a number of nodes: `3 Insufficient cpu`.
    pub fn words(&self) -> String {
        match self {
            Self::ClaimMissing(name) => format!("claim {name} does not exist"),
            Self::ClaimUnbound => "a claim is not bound".to_owned(),
            Self::NoVolume => "no volume fits".to_owned(),
            Self::VolumeElsewhere => "its volume is elsewhere".to_owned(),
            Self::TooManyVolumes => "too many volumes".to_owned(),
            Self::Insufficient(resource) => format!("Insufficient {resource}"),
            Self::TooManyPods => "too many pods".to_owned(),
            Self::HostPorts => "host port taken".to_owned(),
            Self::AntiAffinity => "pod anti-affinity".to_owned(),
            Self::Affinity => "pod affinity".to_owned(),
            Self::Spread => "topology spread".to_owned(),
            Self::Selector => "other labels".to_owned(),
            Self::Taint(taint) if taint.is_empty() => "tainted".to_owned(),
            Self::Taint(taint) => format!("tainted {taint}"),
            Self::Cordoned => "cordoned".to_owned(),
            Self::Other(what) => what.clone(),
        }
    }
}

impl Verdict {
    /// `no node fits: 1 Insufficient cpu, 1 cordoned, 2 tainted`.
    pub fn title(&self) -> String {
        if let Some((Obstacle::ClaimMissing(name), _)) = self.obstacles.first() {
            return format!("claim {name} does not exist");
        }
        let parts: Vec<String> = self
            .obstacles
            .iter()
            .map(|(obstacle, count)| match count {
                0 => obstacle.words(),
                count => format!("{count} {}", obstacle.words()),
            })
            .collect();
        if parts.is_empty() {
            "no node fits".to_owned()
        } else {
            format!("no node fits: {}", parts.join(", "))
        }
    }

    /// Whether that kind of obstacle is among them.
    pub fn names(&self, test: impl Fn(&Obstacle) -> bool) -> bool {
        self.obstacles.iter().any(|(obstacle, _)| test(obstacle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_read_and_preemption_is_dropped() {
        for (message, want) in [
            (
                "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 2 node(s) had untolerated \
                 taint(s). no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not \
                 helpful for scheduling.",
                "no node fits: 1 Insufficient cpu, 2 tainted, 1 cordoned",
            ),
            (
                "0/4 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 2 \
                 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/4 nodes are available: 4 \
                 Preemption is not helpful for scheduling.",
                "no node fits: 2 Insufficient nvidia.com/gpu, 1 tainted, 1 cordoned",
            ),
            (
                "0/4 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 1 node(s) were \
                 unschedulable, 2 node(s) had untolerated taint(s). preemption: 0/4 nodes are available: 1 No \
                 preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling.",
                "no node fits: 1 host port taken, 2 tainted, 1 cordoned",
            ),
            (
                "0/4 nodes are available: persistentvolumeclaim \"media\" not found. not found",
                "claim media does not exist",
            ),
            (
                "0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
                "no node fits: a claim is not bound",
            ),
            (
                "0/4 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) were unschedulable, \
                 2 node(s) had untolerated taint(s).",
                "no node fits: 1 pod anti-affinity, 2 tainted, 1 cordoned",
            ),
            (
                "0/4 nodes are available: 1 node(s) didn't match pod topology spread constraints, 3 node(s) had \
                 untolerated taint {node-role.kubernetes.io/control-plane: }.",
                "no node fits: 1 topology spread, 3 tainted node-role.kubernetes.io/control-plane",
            ),
            (
                "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
                "no node fits: 3 other labels",
            ),
            (
                "0/3 nodes are available: 1 Too many pods, 2 node(s) had volume node affinity conflict.",
                "no node fits: 2 its volume is elsewhere, 1 too many pods",
            ),
            (
                "no nodes available to schedule pods",
                "no node fits: no nodes available to schedule pods",
            ),
            ("", "no node fits"),
        ] {
            assert_eq!(parse(message).title(), want, "{message}");
        }
        assert_eq!(
            parse("0/4 nodes are available: 4 Insufficient cpu.").nodes,
            Some(4)
        );
    }
}
