//! `analyze --stat`: what each analyzer looked at, found and took, the costliest first.

use std::fmt::Write;

use crate::engine::effort::Effort;

/// A table. Analyzers that looked at nothing are left out.
pub fn table(mut efforts: Vec<Effort>) -> String {
    efforts.retain(|effort| effort.looks > 0);
    efforts.sort_by(|a, b| b.time.cmp(&a.time).then(a.analyzer.cmp(b.analyzer)));
    let width = efforts
        .iter()
        .map(|effort| effort.analyzer.len())
        .max()
        .unwrap_or(0)
        .max(8);
    let mut text = format!(
        "{:<width$}  {:>8}  {:>8}  {:>8}  {:>10}\n",
        "analyzer", "objects", "looks", "findings", "time"
    );
    for effort in &efforts {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<width$}  {:>8}  {:>8}  {:>8}  {:>7.2} ms",
            effort.analyzer,
            effort.objects,
            effort.looks,
            effort.findings,
            effort.time.as_secs_f64() * 1_000.0,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_costliest_comes_first_and_idle_ones_are_left_out() {
        let effort = |analyzer, looks, micros| Effort {
            analyzer,
            objects: 2,
            looks,
            findings: 1,
            time: Duration::from_micros(micros),
        };
        let text = table(vec![
            effort("Pod", 3, 1_500),
            effort("Node", 0, 0),
            effort("Service", 4, 2_250),
        ]);
        insta::assert_snapshot!(text, @r"
        analyzer   objects     looks  findings        time
        Service          2         4         1     2.25 ms
        Pod              2         3         1     1.50 ms
        ");
    }
}
