//! Reasoning that a server leaves in the answer, between `<think>` and `</think>` at its beginning.

use crate::chat::provider::Chunk;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Where in the answer we are.
#[derive(Debug, Default, PartialEq)]
enum Place {
    /// Nothing but white space and a beginning of `<think>` came.
    #[default]
    Start,
    /// Between the two.
    Thinking,
    /// Behind the second, where nothing but white space came.
    Behind,
    /// In the answer itself.
    Answer,
}

/// Tells reasoning from the answer, as pieces come; a mark may be split between them.
#[derive(Debug, Default)]
pub(super) struct Thoughts {
    place: Place,
    held: String,
}

impl Thoughts {
    /// What that piece adds.
    pub fn push(&mut self, piece: &str) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        self.held.push_str(piece);
        if self.place == Place::Start {
            let begun = self.held.trim_start();
            if let Some(rest) = begun.strip_prefix(OPEN) {
                self.held = rest.to_owned();
                self.place = Place::Thinking;
            } else if !OPEN.starts_with(begun) {
                self.place = Place::Answer;
            }
        }
        if self.place == Place::Thinking {
            if let Some((thought, rest)) = self.held.split_once(CLOSE) {
                chunks.extend(reasoning(thought));
                self.held = rest.to_owned();
                self.place = Place::Behind;
            } else {
                let keep = (0..CLOSE.len()).rev().find(|length| {
                    CLOSE
                        .get(..*length)
                        .is_some_and(|beginning| self.held.ends_with(beginning))
                });
                let rest = self.held.split_off(self.held.len() - keep.unwrap_or(0));
                chunks.extend(reasoning(&self.held));
                self.held = rest;
            }
        }
        if self.place == Place::Behind {
            self.held = self.held.trim_start().to_owned();
            if !self.held.is_empty() {
                self.place = Place::Answer;
            }
        }
        if self.place == Place::Answer {
            chunks.extend(self.end());
        }
        chunks
    }

    /// What is still held when nothing more comes.
    pub fn end(&mut self) -> Option<Chunk> {
        let held = std::mem::take(&mut self.held);
        match self.place {
            Place::Thinking => reasoning(&held),
            Place::Start | Place::Behind | Place::Answer => (!held.is_empty()).then_some(Chunk::Text(held)),
        }
    }
}

fn reasoning(text: &str) -> Option<Chunk> {
    (!text.is_empty()).then(|| Chunk::Reasoning(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, size: usize) -> (String, String) {
        let mut thoughts = Thoughts::default();
        let letters: Vec<char> = text.chars().collect();
        let mut chunks: Vec<Chunk> = letters
            .chunks(size)
            .flat_map(|piece| thoughts.push(&piece.iter().collect::<String>()))
            .collect();
        chunks.extend(thoughts.end());
        chunks
            .into_iter()
            .fold(Default::default(), |(thought, said), chunk| match chunk {
                Chunk::Reasoning(text) => (thought + &text, said),
                Chunk::Text(text) => (thought, said + &text),
                other => panic!("{other:?}"),
            })
    }

    #[test]
    fn however_it_is_cut_reasoning_is_told_from_the_answer() {
        let cases = [
            ("Hello", "", "Hello"),
            ("<think>hm, é</think>\n\nHello", "hm, é", "Hello"),
            ("\n<think>\nhm</thin k></think>Hello", "\nhm</thin k>", "Hello"),
            ("<think>never ends", "never ends", ""),
            ("<thin", "", "<thin"),
            ("Use <think> here </think>", "", "Use <think> here </think>"),
        ];
        for (text, thought, said) in cases {
            for size in 1..=text.len() {
                assert_eq!(
                    told(text, size),
                    (thought.to_owned(), said.to_owned()),
                    "{text} by {size}"
                );
            }
        }
    }
}
