use crate::ledger::Change;

/// What a simulated power cut leaves of the changes that were not synced.
///
/// Changes are counted over all files in the order SQLite made them. What was synced is always
/// kept.
#[derive(Clone, Copy, Debug)]
#[must_use = "a crash does nothing until it is given to `Disk::crash`"]
pub enum Crash {
    /// Nothing that was not synced survives.
    LoseUnsynced,
    /// The first `changes` unsynced changes survive, and the first `torn_bytes` bytes of the
    /// next one if it is a write.
    KeepFirst {
        /// How many changes survive whole.
        changes: usize,
        /// How much of the next write survives.
        torn_bytes: usize,
    },
    /// Each unsynced change survives, is lost, or is torn, as if the disk had stored them in any
    /// order. The same seed chooses the same way.
    Scramble {
        /// Chooses what happens to each change.
        seed: u64,
    },
}

/// How much of one unsynced change survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Survival {
    Whole,
    Torn(usize),
    Lost,
}

impl Crash {
    /// Says what survives of the change that is the `index`-th unsynced one over all files.
    pub(crate) fn survival(self, index: usize, change: &Change) -> Survival {
        match self {
            Self::LoseUnsynced => Survival::Lost,
            Self::KeepFirst { changes, .. } if index < changes => Survival::Whole,
            Self::KeepFirst { changes, torn_bytes } if index == changes => {
                Survival::Torn(torn_bytes)
            }
            Self::KeepFirst { .. } => Survival::Lost,
            Self::Scramble { seed } => {
                let chance = mix(seed ^ mix(index as u64));
                match chance % 3 {
                    0 => Survival::Whole,
                    1 => Survival::Lost,
                    _ => Survival::Torn(sectors(chance >> 2, change.length())),
                }
            }
        }
    }
}

/// Chooses how many bytes of a torn write survive: disks store whole sectors of 512 bytes.
fn sectors(chance: u64, length: usize) -> usize {
    let whole = (length / 512) as u64;
    let kept = chance % (whole + 1);
    usize::try_from(kept).map_or(0, |sectors| sectors * 512)
}

/// Spreads a number over all 64 bits (the finalizer of SplitMix64).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
