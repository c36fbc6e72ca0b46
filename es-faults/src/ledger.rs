//! What is known of one file: its size, and how to undo what was not synced.

use crate::crash::Survival;

/// The size of a file and its changes since the last sync.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) size: u64,
    pub(crate) unsynced: Vec<Change>,
}

/// One change of a file that was not synced yet.
#[derive(Debug)]
pub(crate) struct Change {
    /// Orders the changes of all files.
    pub(crate) sequence: u64,
    /// The size before the change.
    old_size: u64,
    /// Where the change begins.
    offset: u64,
    /// What stood from `offset` on before the change, up to its end or the end of the file.
    old: Vec<u8>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Write(Vec<u8>),
    Truncate,
}

impl Change {
    /// A write of `new` at `offset`, over `old`.
    pub(crate) fn write(
        sequence: u64,
        old_size: u64,
        offset: u64,
        old: Vec<u8>,
        new: Vec<u8>,
    ) -> Self {
        Self { sequence, old_size, offset, old, kind: Kind::Write(new) }
    }

    /// A truncation to `size`, which cut `tail` off.
    pub(crate) fn truncate(sequence: u64, old_size: u64, size: u64, tail: Vec<u8>) -> Self {
        Self { sequence, old_size, offset: size, old: tail, kind: Kind::Truncate }
    }

    /// How many bytes the change wrote.
    pub(crate) fn length(&self) -> usize {
        match &self.kind {
            Kind::Write(new) => new.len(),
            Kind::Truncate => 0,
        }
    }

    fn undo(&self, image: &mut Vec<u8>) {
        overwrite(image, self.offset, &self.old);
        image.resize(to_usize(self.old_size), 0);
    }

    fn redo(&self, image: &mut Vec<u8>, survival: Survival) {
        match (&self.kind, survival) {
            (_, Survival::Lost) | (Kind::Truncate, Survival::Torn(_)) => {}
            (Kind::Write(new), Survival::Whole) => overwrite(image, self.offset, new),
            (Kind::Write(new), Survival::Torn(bytes)) => {
                overwrite(image, self.offset, new.get(..bytes).unwrap_or(new));
            }
            (Kind::Truncate, Survival::Whole) => image.truncate(to_usize(self.offset)),
        }
    }
}

impl Ledger {
    /// Turns what the file holds now into what a crash leaves of it.
    ///
    /// First every unsynced change is undone, last one first; then what survives is done again.
    pub(crate) fn after_crash(
        &self,
        mut image: Vec<u8>,
        survival: impl Fn(&Change) -> Survival,
    ) -> Vec<u8> {
        for change in self.unsynced.iter().rev() {
            change.undo(&mut image);
        }
        for change in &self.unsynced {
            let fate = survival(change);
            change.redo(&mut image, fate);
        }
        image
    }
}

/// Puts `bytes` at `offset`; a gap before it is filled with zeros.
fn overwrite(image: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let start = to_usize(offset);
    let end = start + bytes.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    if let Some(place) = image.get_mut(start..end) {
        place.copy_from_slice(bytes);
    }
}

/// Files under test fit into memory, so their offsets fit into `usize`.
fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> (Ledger, Vec<u8>) {
        let mut ledger = Ledger { size: 6, unsynced: Vec::new() };
        ledger.unsynced.push(Change::write(0, 4, 2, b"cd".to_vec(), b"CDEF".to_vec()));
        ledger.unsynced.push(Change::truncate(1, 6, 3, b"DEF".to_vec()));
        ledger.unsynced.push(Change::write(2, 3, 5, Vec::new(), b"!".to_vec()));
        (ledger, b"abC\0\0!".to_vec())
    }

    #[test]
    fn losing_everything_gives_what_was_synced() {
        let (ledger, now) = ledger();
        assert_eq!(ledger.after_crash(now, |_| Survival::Lost), b"abcd");
    }

    #[test]
    fn keeping_everything_gives_what_is_there() {
        let (ledger, now) = ledger();
        assert_eq!(ledger.after_crash(now.clone(), |_| Survival::Whole), now);
    }

    #[test]
    fn a_torn_write_leaves_its_first_bytes() {
        let (ledger, now) = ledger();
        let survival = |change: &Change| match change.sequence {
            0 => Survival::Torn(1),
            _ => Survival::Lost,
        };
        assert_eq!(ledger.after_crash(now, survival), b"abCd");
    }
}
