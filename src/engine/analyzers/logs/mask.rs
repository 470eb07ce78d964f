//! The shape of a line: what stays when numbers, ids, times and addresses are masked.

/// The line with every number, hexadecimal id, time and address replaced by `#`, in place of what `out` held: lines
/// that differ in these alone have the same shape.
pub fn shape(line: &str, out: &mut String) {
    out.clear();
    let mut rest = line;
    // Only words with digits change, so the rest is copied as it stands.
    while let Some(digit) = rest.bytes().position(|byte| byte.is_ascii_digit()) {
        let (before, after) = rest.split_at(digit);
        let start = before
            .char_indices()
            .rev()
            .find(|(_, c)| !is_word(*c))
            .map_or(0, |(at, c)| at + c.len_utf8());
        let end = digit + after.find(|c: char| !is_word(c)).unwrap_or(after.len());
        out.push_str(rest.get(..start).unwrap_or_default());
        mask_word(rest.get(start..end).unwrap_or_default(), out);
        rest = rest.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | ':' | '-' | '_' | '+')
}

fn mask_word(word: &str, out: &mut String) {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
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
    fn shape(line: &str) -> String {
        let mut out = "what was there".to_owned();
        super::shape(line, &mut out);
        out
    }

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
        assert_eq!(shape("größe=12 ✓ 7µs, né1"), "größe=# ✓ #µs, né#");
        assert_ne!(shape("cannot open a"), shape("cannot open b"));
        assert_ne!(shape("KeyError: 'DB_HOST'"), shape("KeyError: 'DB_NAME'"));
    }
}
