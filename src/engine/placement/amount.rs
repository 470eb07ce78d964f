//! Amounts of resources as the scheduler counts them: cpu in thousandths of a core, all else whole.

use crate::engine::analyzers::quantity;
use crate::engine::kinds::{Container, Labels, PodSpec};

/// The amount that a quantity stands for, rounded up; 0 where it is none.
pub(super) fn amount(resource: &str, quantity: &str) -> i64 {
    let unit = if resource == "cpu" { 1000.0 } else { 1.0 };
    // What a float loses is far below the smallest quantity.
    quantity::value(quantity).map_or(0, |value| value.mul_add(unit, -1e-6).ceil() as i64)
}

/// An amount as a person writes it: `1400m`, `2`, `1843Mi`; of memory rounded down to a unit of which at least a
/// hundred fit, so that it can be asked for.
pub(super) fn words(resource: &str, amount: i64) -> String {
    if resource == "cpu" {
        return match (amount / 1000, amount % 1000) {
            (cores, 0) => cores.to_string(),
            _ => format!("{amount}m"),
        };
    }
    let of_bytes = matches!(resource, "memory" | "ephemeral-storage") || resource.starts_with("hugepages-");
    if !of_bytes {
        return amount.to_string();
    }
    for (unit, size) in [("Gi", 1_i64 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)] {
        if amount >= size && (amount % size == 0 || amount >= 100 * size) {
            return format!("{}{unit}", amount / size);
        }
    }
    amount.to_string()
}

/// Whether a pod may live with less of it, unlike of a device.
pub(super) fn is_divisible(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory" | "ephemeral-storage")
}

/// The resources that a pod asks for, in order, with how much of each.
pub(super) fn asked(spec: &PodSpec) -> Vec<(&str, i64)> {
    let placement = spec.placement();
    let containers = spec.init_containers.iter().chain(&spec.containers);
    let lists = containers.map(|container| &container.resources.requests);
    let mut names: Vec<&str> = lists
        .chain([&placement.overhead, &placement.requests])
        .flat_map(Labels::iter)
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names.dedup();
    let amounts = names.into_iter().map(|name| (name, request(spec, name)));
    amounts.filter(|(_, amount)| *amount > 0).collect()
}

/// How much of a resource is set aside for a pod, by the API's rule: its containers and sidecars together, or what one
/// of its init containers needs beside the sidecars that run by then; what is said of the pod as a whole instead; and
/// its sandbox's overhead.
pub(super) fn request(spec: &PodSpec, resource: &str) -> i64 {
    let of = |list: &Labels| list.get(resource).map_or(0, |text| amount(resource, text));
    let asks = |container: &Container| of(&container.resources.requests);
    let (mut sidecars, mut most) = (0, 0);
    for init in &spec.init_containers {
        if init.restart_policy == "Always" {
            sidecars += asks(init);
        }
        let own = if init.restart_policy == "Always" {
            0
        } else {
            asks(init)
        };
        most = most.max(sidecars + own);
    }
    let running: i64 = spec.containers.iter().map(asks).sum::<i64>() + sidecars;
    let placement = spec.placement();
    let whole = placement
        .requests
        .get(resource)
        .map(|text| amount(resource, text));
    whole.unwrap_or_else(|| running.max(most)) + of(&placement.overhead)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_asks_for_what_runs_at_once() {
        let spec: PodSpec = serde_json::from_value(json!({
            "containers": [
                {"name": "a", "resources": {"requests": {"cpu": "250m", "memory": "64Mi"}}},
                {"name": "b", "resources": {"requests": {"cpu": "0.1"}}}],
            "initContainers": [
                {"name": "side", "restartPolicy": "Always", "resources": {"requests": {"cpu": "50m"}}},
                {"name": "once", "resources": {"requests": {"cpu": "1", "memory": "32Mi"}}}],
            "overhead": {"memory": "10Mi"},
        }))
        .unwrap();
        assert_eq!(asked(&spec), [("cpu", 1050), ("memory", 74 << 20)]);
    }

    #[test]
    fn amounts_are_written_so_that_they_can_be_asked_for() {
        for (resource, text, want) in [
            ("cpu", "1.4", "1400m"),
            ("cpu", "2000m", "2"),
            ("memory", "2Gi", "2Gi"),
            ("memory", "1932735283", "1843Mi"),
            ("memory", "16Mi", "16Mi"),
            ("nvidia.com/gpu", "4", "4"),
            ("memory", "1000", "1000"),
        ] {
            assert_eq!(words(resource, amount(resource, text)), want, "{resource} {text}");
        }
    }
}
