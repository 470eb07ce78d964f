//! Chance that a seed decides: SplitMix64.

/// A sequence of numbers that depends on its seed alone.
#[derive(Clone, Debug)]
pub(in crate::demo) struct Chance(u64);

impl Chance {
    pub(in crate::demo) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(in crate::demo) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 where there is none.
    pub(in crate::demo) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// A suffix as the API server makes for generated names: no vowels, nothing that looks alike.
    pub(in crate::demo) fn suffix(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..length)
            .filter_map(|_| {
                LETTERS
                    .get(self.below(LETTERS.len() as u64) as usize)
                    .copied()
                    .map(char::from)
            })
            .collect()
    }

    /// A 256-bit id in hex, as container runtimes make.
    pub(in crate::demo) fn id(&mut self) -> String {
        let [a, b, c, d] = [self.next(), self.next(), self.next(), self.next()];
        format!("{a:016x}{b:016x}{c:016x}{d:016x}")
    }
}
