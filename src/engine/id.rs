//! Short stable identifiers.

use sha2::{Digest, Sha256};

use super::object::Text;

/// Ten hexadecimal digits over the parts: 40 bits, so that among 10,000 findings a collision has a chance of
/// 1 in 22,000. Parts are separated by a byte that no name may hold.
pub fn short_hash(parts: &[&str]) -> Text {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .take(5)
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(hex_digit)
        .collect::<String>()
        .into()
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}
