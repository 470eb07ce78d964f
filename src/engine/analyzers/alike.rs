//! Names that are nearly the same: what was probably meant.

/// Of several names the one that was probably meant.
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .filter_map(|name| Some((unlike(wanted, name)?, name)))
        .min()
        .map(|(_, name)| name)
}

/// Whether one was written for the other by mistake: a letter or two are missing, wrong or changed over.
pub(in crate::engine) fn is_mistyped(a: &str, b: &str) -> bool {
    a != b && a.len().min(b.len()) >= 4 && edits(a, b) <= 2
}

/// How much two words differ; `None` if they have nothing to do with each other.
pub(super) fn unlike(a: &str, b: &str) -> Option<usize> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return None;
    }
    if long.contains(short) {
        return Some(1);
    }
    if is_short_for(short, long) {
        return Some(2);
    }
    let edits = edits(a, b);
    // A common beginning or end of some length counts too.
    let parts_shared = a
        .split(['-', '_', '.', '/'])
        .any(|part| part.len() > 2 && b.split(['-', '_', '.', '/']).any(|other| other == part));
    (edits * 3 <= long.len() || parts_shared).then_some(edits.max(1))
}

/// Whether a word of two or three letters is short for a long one: `db` for `database`.
fn is_short_for(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    (2..=3).contains(&short.len())
        && long.len() >= 6
        && short.chars().next() == long.chars().next()
        && short.chars().all(|letter| rest.any(|one| one == letter))
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (slot, cb) in row.iter_mut().skip(1).zip(&b) {
            let best = (diagonal + usize::from(ca != *cb)).min(left + 1).min(*slot + 1);
            diagonal = *slot;
            *slot = best;
            left = best;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_alike() {
        for (a, b, alike) in [
            ("shop-web", "web", true),
            ("orders-database", "orders-db", true),
            ("sesion-store", "session-store", true),
            ("database", "cache", false),
            ("database", "db", true),
            ("ledger", "db", false),
            ("", "x", false),
            ("frontend", "frontned", true),
        ] {
            assert_eq!(unlike(a, b).is_some(), alike, "{a} {b}");
        }
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
