//! The shape of a line: what stays when numbers, ids, times and addresses are masked.

/// The line with every number, hexadecimal id, time and address replaced by `#`: lines that differ in these alone
/// have the same shape.
pub fn shape(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|c: char| !is_word(c))
            .unwrap_or(rest.len())
            .max(first.len_utf8());
        let (word, tail) = rest.split_at(end);
        if is_word(first) {
            mask_word(word, &mut out);
        } else {
            out.push(first);
        }
        rest = tail;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | ':' | '-' | '_' | '+')
}

fn mask_word(word: &str, out: &mut String) {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        out.push_str(word);
        return;
    }
    let id = word.bytes().all(|byte| {
        byte.is_ascii_hexdigit() || matches!(byte, b'-' | b':' | b'.' | b'+' | b'T' | b'Z' | b'x')
    });
    // Ids, times and addresses as a whole; else only the digits, so that `worker-7` stays a worker.
    if id || digits * 2 > word.len() {
        push_mask(out);
        return;
    }
    for c in word.chars() {
        if c.is_ascii_digit() {
            push_mask(out);
        } else {
            out.push(c);
        }
    }
}

fn push_mask(out: &mut String) {
    if !out.ends_with('#') {
        out.push('#');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_data_have_one_shape() {
        for (a, b) in [
            ("loaded 8 MiB of row data", "loaded 16 MiB of row data"),
            ("01:20:10 waiting for rabbitmq", "01:20:14 waiting for rabbitmq"),
            ("request 6f1c2a9e done", "request 77abce01 done"),
            (
                "id 550e8400-e29b-41d4-a716-446655440000 gone",
                "id 650e8400-e29b-41d4-a716-446655440001 gone",
            ),
            (
                "dial tcp 10.244.0.1:80: refused",
                "dial tcp 10.244.77.12:8080: refused",
            ),
            (
                "2026/11/21 01:24:17 [emerg] 1#1: bind()",
                "2026/11/22 11:24:17 [emerg] 7#7: bind()",
            ),
            ("addr=0xc000123 x", "addr=0xc000999 x"),
        ] {
            assert_eq!(shape(a), shape(b));
        }
        assert_ne!(shape("cannot open a"), shape("cannot open b"));
        assert_ne!(shape("KeyError: 'DB_HOST'"), shape("KeyError: 'DB_NAME'"));
    }
}
